// What sketch and main share; `g_model` is made by the test.

#pragma once

extern "C" const unsigned char g_model[];
extern "C" const unsigned int g_model_len;
extern int g_answer;  // 0 where the sketch is content

void setup();
void loop();
