// Made by mcuforge from the model with sha256
// 06899f8da7efd9c841d3f63c0a32b10e4ada32c53fae08917b321e5d68a29a41; do not edit.

#ifndef MCUFORGE_GENERATED_MODEL_INFO_H_
#define MCUFORGE_GENERATED_MODEL_INFO_H_

#include <cstddef>
#include <cstdint>

namespace mcuforge {

// real = (q - zero point) * scale, q being the int8 that stands in the tensor.
inline constexpr int kInputShape[] = {1, 28, 28, 1};
inline constexpr float kInputScale = 3.921569e-03f;
inline constexpr int kInputZeroPoint = -128;
inline constexpr size_t kInputBytes = 784;

inline constexpr int kOutputShape[] = {1, 10};
inline constexpr float kOutputScale = 3.90625e-03f;
inline constexpr int kOutputZeroPoint = -128;
inline constexpr size_t kOutputBytes = 10;

// Ops that one inference runs.
inline constexpr size_t kOpCount = 11;

// VAR_HANDLEs of all its graphs: as many as a streaming model has variables, or more.
inline constexpr int kVariableCount = 0;

// Names of the outputs by index, in UTF-8.
inline constexpr size_t kLabelCount = 10;
inline constexpr const char* kLabels[] = {
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
};

// sha256 of the .tflite file.
inline constexpr uint8_t kModelSha256[32] = {
    0x06, 0x89, 0x9f, 0x8d, 0xa7, 0xef, 0xd9, 0xc8, 0x41, 0xd3, 0xf6, 0x3c, 0x0a, 0x32, 0xb1, 0x0e,
    0x4a, 0xda, 0x32, 0xc5, 0x3f, 0xae, 0x08, 0x91, 0x7b, 0x32, 0x1e, 0x5d, 0x68, 0xa2, 0x9a, 0x41,
};

// Pixel 0..255 -> quantized input, for models that take pixels as real = pixel / 255.
inline constexpr int8_t kPixelToInput[256] = {
    -128, -127, -126, -125, -124, -123, -122, -121, -120, -119, -118, -117, -116, -115, -114, -113,
    -112, -111, -110, -109, -108, -107, -106, -105, -104, -103, -102, -101, -100, -99, -98, -97,
    -96, -95, -94, -93, -92, -91, -90, -89, -88, -87, -86, -85, -84, -83, -82, -81, -80, -79, -78,
    -77, -76, -75, -74, -73, -72, -71, -70, -69, -68, -67, -66, -65, -64, -63, -62, -61, -60, -59,
    -58, -57, -56, -55, -54, -53, -52, -51, -50, -49, -48, -47, -46, -45, -44, -43, -42, -41, -40,
    -39, -38, -37, -36, -35, -34, -33, -32, -31, -30, -29, -28, -27, -26, -25, -24, -23, -22, -21,
    -20, -19, -18, -17, -16, -15, -14, -13, -12, -11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1,
    2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
    28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75,
    76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99,
    100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118,
    119, 120, 121, 122, 123, 124, 125, 126, 127,
};

}  // namespace mcuforge

#endif  // MCUFORGE_GENERATED_MODEL_INFO_H_
