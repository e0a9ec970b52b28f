// BROADCAST_ARGS: the shape to which two shapes broadcast.

#ifndef MCUFORGE_NN_BROADCAST_SHAPES_H_
#define MCUFORGE_NN_BROADCAST_SHAPES_H_

#include <cstdint>

namespace nn {

// Axes are matched from the last one on; output has as many as the longer shape, and may be the
// buffer of none of the two. False, with the output filled in part, where an axis does not
// broadcast.
bool BroadcastShapes(uint32_t count0, const int32_t* shape0, uint32_t count1, const int32_t* shape1,
                     int32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_BROADCAST_SHAPES_H_
