#include "usart_v1.h"  // the USART of this family
