// Which instruction set the kernels are built for. The board states it (board JSON, key "isa") and
// the compiler must agree: an M55 built with the soft float ABI, say, would silently lose MVE.

#ifndef MCUFORGE_NN_ISA_H_
#define MCUFORGE_NN_ISA_H_

#include <cstdint>

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
#elif MCUFORGE_ISA_SCALAR
#if defined(__ARM_FEATURE_MVE) || defined(__ARM_FEATURE_DSP)
#error "the board says isa=scalar, the compiler has DSP or MVE: check isa in the board's JSON"
#endif
constexpr Isa TargetIsa() { return Isa::kScalar; }
#else
#error "define one of MCUFORGE_ISA_SCALAR, MCUFORGE_ISA_DSP, MCUFORGE_ISA_MVE"
#endif

}  // namespace nn

#endif  // MCUFORGE_NN_ISA_H_
