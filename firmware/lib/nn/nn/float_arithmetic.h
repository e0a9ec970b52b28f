// Sums, products and quotients of two float32 by their bits, rounded as IEEE 754 has it: cores
// without an FPU link no soft-float library, and all cores give the same bits.

#ifndef MCUFORGE_NN_FLOAT_ARITHMETIC_H_
#define MCUFORGE_NN_FLOAT_ARITHMETIC_H_

#include <cstdint>

namespace nn {

uint32_t AddFloats(uint32_t a, uint32_t b);
uint32_t MultiplyFloats(uint32_t a, uint32_t b);
uint32_t DivideFloats(uint32_t a, uint32_t b);
// The floor of the quotient as a double has it.
uint32_t FloorDivideFloats(uint32_t a, uint32_t b);
// What is left of it, with the divisor's sign.
uint32_t FloorModFloats(uint32_t a, uint32_t b);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_ARITHMETIC_H_
