#include "signal/rfft.h"

#include "custom_ops.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

// ---- arithmetic in Q0.15

constexpr int32_t kOne = INT16_MAX;

int32_t Rounded(int32_t x) { return (x + (1 << 14)) >> 15; }

// Sums of 16 bits wrap.
int16_t Low(int32_t x) { return static_cast<int16_t>(x); }

Complex16 Product(Complex16 a, Complex16 b) {
  return {Low(Rounded(a.real * b.real - a.imaginary * b.imaginary)),
          Low(Rounded(a.real * b.imaginary + a.imaginary * b.real))};
}
Complex16 Sum(Complex16 a, Complex16 b) {
  return {Low(a.real + b.real), Low(a.imaginary + b.imaginary)};
}
Complex16 Difference(Complex16 a, Complex16 b) {
  return {Low(a.real - b.real), Low(a.imaginary - b.imaginary)};
}
Complex16 Share(Complex16 a, int32_t of) {
  const int32_t share = kOne / of;
  return {Low(Rounded(a.real * share)), Low(Rounded(a.imaginary * share))};
}

// ---- turns

// round(32767 sin(2 pi i / 4096)), a quarter of a turn.
constexpr int32_t kQuarter = kMostRfft / 4;
struct Sines {
  int16_t at[kQuarter + 1];
};

constexpr double Sine(double x) {
  double term = x;
  double sum = 0;
  for (int i = 2; i < 40; i += 2) {
    sum += term;
    term *= -x * x / (i * (i + 1));
  }
  return sum;
}

constexpr Sines MakeSines() {
  constexpr double kPi = 3.14159265358979323846;
  Sines sines{};
  for (int32_t i = 0; i <= kQuarter; ++i) {
    sines.at[i] = static_cast<int16_t>(kOne * Sine(kPi / 2 * i / kQuarter) + 0.5);
  }
  return sines;
}
constexpr Sines kSines = MakeSines();

// sin(2 pi index / 4096), index in [0, 4096).
int32_t SineOf(int32_t index) {
  const bool negative = index >= 2 * kQuarter;
  index -= negative ? 2 * kQuarter : 0;
  const int32_t y = kSines.at[index <= kQuarter ? index : 2 * kQuarter - index];
  return negative ? -y : y;
}

// exp(-2 pi i index / size), or with the other sign.
Complex16 Turn(int32_t index, int32_t size, bool back) {
  const int32_t at = index * (kMostRfft / size) & (kMostRfft - 1);
  const int32_t sine = SineOf(at);
  return {Low(SineOf((at + kQuarter) & (kMostRfft - 1))), Low(back ? sine : -sine)};
}

// ---- the transform of size / 2 complex numbers

// The input: pairs of its numbers.
struct Source {
  const int16_t* input;
  int32_t count, size;
  bool back;  // the inverse transform
  Complex16 At(int32_t i) const {
    return {2 * i < count ? input[2 * i] : int16_t{0},
            2 * i + 1 < count ? input[2 * i + 1] : int16_t{0}};
  }
};

void JoinTwo(Complex16* out, int32_t part, int32_t step, int32_t size, bool back) {
  for (int32_t k = 0; k < part; ++k) {
    const Complex16 a = Share(out[k], 2);
    const Complex16 b = Product(Share(out[k + part], 2), Turn(k * step, size, back));
    out[k + part] = Difference(a, b);
    out[k] = Sum(a, b);
  }
}

void JoinFour(Complex16* out, int32_t part, int32_t step, int32_t size, bool back) {
  for (int32_t k = 0; k < part; ++k) {
    const Complex16 first = Share(out[k], 4);
    const Complex16 a = Product(Share(out[k + part], 4), Turn(k * step, size, back));
    const Complex16 b = Product(Share(out[k + 2 * part], 4), Turn(2 * k * step, size, back));
    const Complex16 c = Product(Share(out[k + 3 * part], 4), Turn(3 * k * step, size, back));
    const Complex16 even = Sum(first, b);
    const Complex16 odd = Difference(first, b);
    const Complex16 sum = Sum(a, c);
    const Complex16 difference = Difference(a, c);
    const Complex16 turned{difference.imaginary, Low(-difference.real)};
    out[k] = Sum(even, sum);
    out[k + 2 * part] = Difference(even, sum);
    out[k + part] = (back ? Difference : Sum)(odd, turned);
    out[k + 3 * part] = (back ? Sum : Difference)(odd, turned);
  }
}

// Of `count` numbers of the source, `step` apart, from `first` on. Six levels deep at most.
void Transform(const Source& source, int32_t first, int32_t step, int32_t count, Complex16* out) {
  const int32_t radix = (count & 3) == 0 ? 4 : 2;
  const int32_t part = count / radix;
  for (int32_t i = 0; i < radix; ++i) {
    if (part == 1) {
      out[i] = source.At(first + i * step);
    } else {
      Transform(source, first + i * step, step * radix, part, out + i * part);
    }
  }
  (radix == 4 ? JoinFour : JoinTwo)(out, part, step, source.size / 2, source.back);
}

}  // namespace

void custom_ops::Rfft(int32_t size, const int16_t* input, int32_t count, Complex16* output) {
  const int32_t half = size / 2;
  Transform(Source{input, count, size, false}, 0, 1, half, output);
  const Complex16 ends = Share(output[0], 2);
  output[0] = {Low(ends.real + ends.imaginary), 0};
  output[half] = {Low(ends.real - ends.imaginary), 0};
  for (int32_t k = 1; k <= half / 2; ++k) {
    const Complex16 a = Share(output[k], 2);
    const Complex16 mirror = output[half - k];
    const int32_t share = kOne / 2;
    const Complex16 b{Low(Rounded(mirror.real * share)), Low(Rounded(-mirror.imaginary * share))};
    const Complex16 sum = Sum(a, b);
    // A quarter of a turn further, as the second half's numbers are imaginary.
    const Complex16 turned = Product(Difference(a, b), Turn(k + size / 4, size, false));
    output[k] = {Low((sum.real + turned.real) >> 1), Low((sum.imaginary + turned.imaginary) >> 1)};
    output[half - k] = {Low((sum.real - turned.real) >> 1),
                        Low((turned.imaginary - sum.imaginary) >> 1)};
  }
}

int32_t custom_ops::RfftSizeOption(const char* buffer, size_t length) {
  constexpr int32_t kInt16 = 7;  // of the schema's TensorType
  const int32_t size = Option(buffer, length, "fft_length", 0);
  const bool fits = size >= kLeastRfft && size <= kMostRfft && (size & (size - 1)) == 0;
  return fits && Option(buffer, length, "T", 0) == kInt16 ? size : 0;
}

void custom_ops::InverseRfft(int32_t size, const Complex16* input, Complex16* scratch,
                             int16_t* output) {
  const int32_t half = size / 2;
  scratch[0] =
      Share({Low(input[0].real + input[half].real), Low(input[0].real - input[half].real)}, 2);
  for (int32_t k = 1; k <= half / 2; ++k) {
    const Complex16 a = Share(input[k], 2);
    const Complex16 b = Share({input[half - k].real, Low(-input[half - k].imaginary)}, 2);
    const Complex16 even = Sum(a, b);
    const Complex16 odd = Product(Difference(a, b), Turn(k + size / 4, size, true));
    const Complex16 mirror = Difference(even, odd);
    scratch[k] = Sum(even, odd);
    scratch[half - k] = {mirror.real, Low(-mirror.imaginary)};
  }
  const Source source{&scratch[0].real, size, size, true};
  Transform(source, 0, 1, half, reinterpret_cast<Complex16*>(output));
}

namespace {

// SignalRfft: int16 frames of up to fft_length numbers to fft_length / 2 + 1 complex ones.
struct State {
  int32_t size, count, frames;
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) state->size = RfftSizeOption(buffer, length);
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  if (state->size == 0) {
    return Require(false, "SignalRfft: needs int16 and an fft_length of 16, 32 .. 4096");
  }
  const int32_t elements = InputElements(context, node, 0, kTfLiteInt16);
  const TfLiteEvalTensor* const input = tflite::micro::GetEvalInput(context, node, 0);
  if (!elements || input->dims->size == 0) {
    return Require(false, "SignalRfft: needs frames of int16");
  }
  state->count = input->dims->data[input->dims->size - 1];
  state->frames = elements / state->count;
  return Require(
      state->count <= state->size &&
          OutputElements(context, node, 0, kTfLiteInt16) == state->frames * (state->size + 2),
      "SignalRfft: needs frames of at most fft_length, and fft_length / 2 + 1 pairs out");
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  const int16_t* input = InputOf<int16_t>(context, node, 0);
  auto* output = reinterpret_cast<Complex16*>(OutputOf<int16_t>(context, node, 0));
  for (int32_t i = 0; i < state.frames; ++i) {
    Rfft(state.size, input, state.count, output);
    input += state.count;
    output += state.size / 2 + 1;
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalRfft() {
  return RegistrationOf<Init, Prepare, Invoke>();
}
