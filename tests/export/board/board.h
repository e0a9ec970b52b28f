// Output of a bare image in QEMU.

#ifndef TESTS_EXPORT_BOARD_H_
#define TESTS_EXPORT_BOARD_H_

void board_print(const char* text);
void board_print_number(int number);

#endif  // TESTS_EXPORT_BOARD_H_
