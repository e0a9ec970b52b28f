// What sketches of Arduino's library include first. The names themselves stand in tensorflow/lite.

#ifndef TENSORFLOW_LITE_H_
#define TENSORFLOW_LITE_H_

#endif  // TENSORFLOW_LITE_H_
