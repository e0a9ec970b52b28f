// Curves of float32 by their bits, in 64-bit fixed point: cores without an FPU link no soft-float
// library, and all cores give the same bits. No standard says the last bit of these: it is the
// nearest one in all but rare cases, and the oracle's, which is its C library's, is at most 1
// beside it.

#ifndef MCUFORGE_NN_FLOAT_CURVES_H_
#define MCUFORGE_NN_FLOAT_CURVES_H_

#include <cstdint>

namespace nn {

// kLog of 0 is -infinity, of a negative number NaN; kSin and kCos of infinity are NaN. kElu is
// e^x - 1 below 0. kLogistic is e^x below -9, as upstream has it.
enum class FloatCurve : uint8_t { kExp, kLog, kSin, kCos, kElu, kLogistic, kTanh };

uint32_t CurveOfFloat(FloatCurve curve, uint32_t bits);

// input, output: bits of float32; output may be the input's buffer.
void FloatCurves(FloatCurve curve, uint32_t count, const uint32_t* input, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_CURVES_H_
