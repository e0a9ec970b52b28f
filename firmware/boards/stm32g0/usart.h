#include "usart_v2.h"  // the USART of this family
