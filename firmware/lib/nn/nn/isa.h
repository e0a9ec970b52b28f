// Which instruction set the kernels are built for. The board states it (board JSON, key "isa") and
// the compiler must agree: an M55 built with the soft float ABI, say, would silently lose MVE.
// Where nothing states it, as in code that was exported, it is what the compiler has.

#ifndef MCUFORGE_NN_ISA_H_
#define MCUFORGE_NN_ISA_H_

#include <cstdint>

#if !MCUFORGE_ISA_MVE && !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_SCALAR
#if __ARM_FEATURE_MVE & 1
#define MCUFORGE_ISA_MVE 1
#elif __ARM_FEATURE_DSP
#define MCUFORGE_ISA_DSP 1
#else
#define MCUFORGE_ISA_SCALAR 1
#endif
#endif

namespace nn {

enum class Isa : uint8_t { kScalar = 0, kDsp = 1, kMve = 2 };

#if defined(MCUFORGE_PLAN_ISA)
// The host's planning tool: kernels run scalar, but buffers are sized for the ISA that is asked
// for.
extern Isa g_plan_isa;
inline Isa TargetIsa() { return g_plan_isa; }
#elif MCUFORGE_ISA_MVE
#if !defined(__ARM_FEATURE_MVE)
#error "the board says isa=mve, the compiler has no MVE: use -mcpu=cortex-m55 -mfloat-abi=hard"
#endif
constexpr Isa TargetIsa() { return Isa::kMve; }
#elif MCUFORGE_ISA_DSP
#if !defined(__ARM_FEATURE_DSP)
#error "the board says isa=dsp, the compiler has no DSP extension: check cpu in the board's JSON"
#endif
constexpr Isa TargetIsa() { return Isa::kDsp; }
#else
#if (defined(__ARM_FEATURE_MVE) || defined(__ARM_FEATURE_DSP)) && !MCUFORGE_REFERENCE
#error "the board says isa=scalar, the compiler has DSP or MVE: check isa in the board's JSON"
#endif
constexpr Isa TargetIsa() { return Isa::kScalar; }
#endif

}  // namespace nn

// Which files of the ISA "scalar" take part: those of Armv6-M ("__v6m") and Armv7-M ("__v7m"),
// where there are any, in the place of the portable ones ("__scalar") of the same name. No firmware
// has MCUFORGE_REFERENCE: with it the portable ones take part on any core, to compare others with.
#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
#if __ARM_ARCH_6M__ && !MCUFORGE_REFERENCE
#define MCUFORGE_V6M 1
#elif __ARM_ARCH_7M__ && !MCUFORGE_REFERENCE
#define MCUFORGE_V7M 1
#else
#define MCUFORGE_PORTABLE 1
#endif
#endif

#endif  // MCUFORGE_NN_ISA_H_
