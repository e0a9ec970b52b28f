// The firmware as a Linux process: its UART is a pseudo-terminal, its fault handler a signal
// handler.
//
// Prints "PTY <path>" on standard output and then serves that path. Ends when whoever started it
// is gone: when a pipe on standard input closes, or when the parent process ends.

#include "board.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "board_facts.h"

namespace {

// A re-executed process (board::Reset) finds its pseudo-terminal in this environment variable.
constexpr char kPtyVariable[] = "MCUFORGE_HOST_PTY";
constexpr int kParentCheckMs = 500;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

int g_master = -1;
int g_slave = -1;  // held open: without any reader of the slave side, reads on the master fail
pid_t g_parent = 0;
bool g_watch_stdin = false;

[[noreturn]] void Fail(const char* operation) {
  perror(operation);
  _exit(3);
}

speed_t Speed(uint32_t baud) {
  switch (baud) {
    case 115200:
      return B115200;
    case 230400:
      return B230400;
    case 460800:
      return B460800;
    case 921600:
      return B921600;
    case 1000000:
      return B1000000;
  }
  return B0;
}

uint32_t g_baud = board_facts::kUartBaud;

// A pseudo-terminal has one speed, which its user sets. Where that is not ours, both ends hear
// something else than was sent, as on a wire.
bool IsGarbled() {
  termios settings;
  return tcgetattr(g_master, &settings) == 0 && cfgetospeed(&settings) != Speed(g_baud);
}

void Garble(uint8_t* bytes, size_t n) {
  for (size_t i = 0; i < n; ++i) bytes[i] ^= 0xA5;
}

void MakeRaw(int fd) {
  termios settings;
  if (tcgetattr(fd, &settings) != 0) Fail("host UART: tcgetattr");
  cfmakeraw(&settings);
  cfsetspeed(&settings, Speed(g_baud));
  if (tcsetattr(fd, TCSANOW, &settings) != 0) Fail("host UART: tcsetattr");
}

void OpenPty() {
  const char* inherited = getenv(kPtyVariable);
  if (inherited == nullptr || sscanf(inherited, "%d,%d", &g_master, &g_slave) != 2) {
    g_master = posix_openpt(O_RDWR | O_NOCTTY);
    if (g_master < 0 || grantpt(g_master) != 0 || unlockpt(g_master) != 0) {
      Fail("host UART: opening a pseudo-terminal");
    }
    g_slave = open(ptsname(g_master), O_RDWR | O_NOCTTY);
    if (g_slave < 0) Fail("host UART: opening the slave side");
    MakeRaw(g_slave);
    printf("PTY %s\n", ptsname(g_master));
    fflush(stdout);
  }
  if (fcntl(g_master, F_SETFL, O_NONBLOCK) != 0) Fail("host UART: fcntl");
}

// Ends the process if whoever started it is gone. `input_event`: standard input has something.
void LeaveIfAlone(bool input_event) {
  if (getppid() != g_parent) _exit(0);
  if (input_event) {
    char ignored[256];
    if (read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0) _exit(0);
  }
}

// Waits until the UART is ready for `events`, for at most kParentCheckMs.
void Wait(short events) {
  pollfd files[] = {{g_master, events, 0}, {STDIN_FILENO, POLLIN, 0}};
  const bool any = poll(files, g_watch_stdin ? 2 : 1, kParentCheckMs) > 0;
  LeaveIfAlone(any && g_watch_stdin && files[1].revents != 0);
}

void Send(const uint8_t* src, size_t n) {
  while (n > 0) {
    const ssize_t written = write(g_master, src, n);
    if (written > 0) {
      src += written;
      n -= static_cast<size_t>(written);
    } else {
      Wait(POLLOUT);
    }
  }
}

void OnSignal(int signal_number, siginfo_t* info, void*) {
  // There is no pc of 32 bits to report; the faulting address and the signal are what helps.
  board_on_fault(static_cast<uint32_t>(reinterpret_cast<uintptr_t>(info->si_addr)), 0,
                 static_cast<uint32_t>(signal_number));
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void CatchFaults() {
  if (kSanitized) return;  // the sanitizer reports them better
  static char stack[64 * 1024];
  stack_t alternate = {};
  alternate.ss_sp = stack;
  alternate.ss_size = sizeof(stack);
  sigaltstack(&alternate, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND;
  for (int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    sigaction(number, &action, nullptr);
  }
}

}  // namespace

extern "C" [[gnu::weak]] void board_on_fault(uint32_t, uint32_t, uint32_t) {}

namespace board {

void Init() {
  g_parent = getppid();
  // Only a pipe or socket can tell that its other end is gone; /dev/null is at its end from the
  // start.
  struct stat input;
  g_watch_stdin =
      fstat(STDIN_FILENO, &input) == 0 && (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode));
  OpenPty();
  CatchFaults();
}

size_t UartRead(uint8_t* dst, size_t max) {
  const ssize_t count = read(g_master, dst, max);
  if (count <= 0) return 0;
  if (IsGarbled()) Garble(dst, static_cast<size_t>(count));
  return static_cast<size_t>(count);
}

uint32_t UartOverruns() { return 0; }  // the kernel buffers, and holds the sender when full

void UartSetBaud(uint32_t baud) { g_baud = baud; }

void UartWrite(const uint8_t* src, size_t n) {
  if (IsGarbled()) {
    for (size_t i = 0; i < n; ++i) {
      uint8_t byte = src[i];
      Garble(&byte, 1);
      Send(&byte, 1);
    }
  } else {
    Send(src, n);
  }
}

void Idle() { Wait(POLLIN); }

uint32_t Ticks() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  constexpr uint64_t kNsPerTick = 1000000000u / board_facts::kTickHz;
  const uint64_t ns = static_cast<uint64_t>(now.tv_sec) * 1000000000u + now.tv_nsec;
  return static_cast<uint32_t>(ns / kNsPerTick);
}

uint32_t TickHz() { return board_facts::kTickHz; }
uint32_t ClockHz() { return board_facts::kClockHz; }
uint32_t StackHighWaterBytes() { return 0; }
size_t UniqueId(uint8_t*) { return 0; }

void Reset() {
  char value[32];
  snprintf(value, sizeof(value), "%d,%d", g_master, g_slave);
  setenv(kPtyVariable, value, 1);
  execl("/proc/self/exe", "firmware", static_cast<char*>(nullptr));
  Fail("host reset");
}

void FaultWrite(const uint8_t* src, size_t n) {
  // Never waits: the fault may be in whoever should read.
  if (g_master >= 0 && write(g_master, src, n) < 0) return;
}

void FaultEnd() { abort(); }

}  // namespace board
