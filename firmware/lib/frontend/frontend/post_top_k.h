// The best of a model's scores.

#ifndef MCUFORGE_FRONTEND_POST_TOP_K_H_
#define MCUFORGE_FRONTEND_POST_TOP_K_H_

#include <cstdint>

namespace frontend {

// The classes with the k highest of `count` scores, the best first; of equal ones the lower class.
//   classes  receives k of them; k: at most count
void TopK(const int8_t* scores, uint32_t count, uint32_t k, uint16_t* classes);

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_POST_TOP_K_H_
