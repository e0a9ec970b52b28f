@ Loops of known length for test_cycles.py: each loop runs 100 times, then 200 times, with a call of
@ `mark` before, between and after. What it takes an iteration stands in the test.
  .syntax unified
  .thumb

  .macro TIMED label
  bl mark
  movs r0, #100
  bl \label
  bl mark
  movs r0, #200
  bl \label
  .endm

@ A loop is a function that is told its count in r0; r2 points to a word with its own address.
  .macro BEGIN label
  .thumb_func
\label:
  mov r11, lr
  .balign 16
1:
  .endm

  .macro END
  subs r0, r0, #1
  bne 1b
  bx r11
  .endm

  .section .vectors, "a"
  .word __stack_top
  .word Reset

  .bss
  .balign 8
words:
  .space 64

  .text
  .global Reset
  .thumb_func
  .type Reset, %function
Reset:
  ldr r2, =words
  str r2, [r2]
  movs r3, #4
  TIMED loop_alu
  TIMED loop_load
  TIMED loop_two_loads
  TIMED loop_load_chain
  TIMED loop_computed_address
  TIMED loop_two_stores
  TIMED loop_multiple
  TIMED loop_multiply
  TIMED loop_call
  TIMED loop_push_pop
#ifdef __ARM_FEATURE_IDIV
  TIMED loop_multiply_accumulate
  TIMED loop_long_multiply
  TIMED loop_double
  TIMED loop_load_store
#endif
  TIMED loop_far_code
  TIMED loop_far_data
  bl mark
  movs r0, #0x18
  ldr r1, =0x20026
  bkpt 0xab

  .thumb_func
  .type mark, %function
  .global mark
mark:
  bx lr
  .ltorg

  BEGIN loop_alu
  adds r1, r1, #1
  adds r4, r4, #1
  eors r1, r4
  lsls r4, r4, #1
  END

  BEGIN loop_load
  ldr r1, [r2, #4]
  adds r4, r4, r1
  END

  BEGIN loop_two_loads
  ldr r1, [r2, #4]
  ldr r4, [r2, #8]
  END

  BEGIN loop_load_chain
  ldr r2, [r2]
  ldr r2, [r2]
  END

  BEGIN loop_computed_address
  adds r4, r2, #4
  ldr r1, [r4]
  END

  BEGIN loop_two_stores
  str r1, [r2, #4]
  str r4, [r2, #8]
  END

  BEGIN loop_multiple
  movs r4, r2
  nop
  ldmia r4!, {r1, r5, r6, r7}
  END

  BEGIN loop_multiply
  muls r1, r4, r1
  END

  BEGIN loop_call
  bl mark_not
  END
  .thumb_func
mark_not:
  bx lr

  BEGIN loop_push_pop
  bl pushes
  END
  .thumb_func
pushes:
  push {r4, lr}
  pop {r4, pc}

#ifdef __ARM_FEATURE_IDIV
  BEGIN loop_multiply_accumulate
  mla r1, r4, r5, r1
  END

  BEGIN loop_long_multiply
  umull r1, r5, r4, r6
  END

  BEGIN loop_double
  ldrd r4, r5, [r2]
  END

  BEGIN loop_load_store
  ldr r1, [r2, #4]
  str r1, [r2, r3]
  END
#endif

@ 128 lines of 16 B, which a cache of 64 lines never has.
  BEGIN loop_far_code
  .rept 127 * 8
  nop
  .endr
  .balign 16
  subs r0, r0, #1
  beq 2f
  ldr r1, =1b
  adds r1, r1, #1
  bx r1
2:
  bx r11
  .ltorg

@ 16 words, each in a line of 8 B of its own, where the cache has 8 lines.
  BEGIN loop_far_data
  adr r1, table
  .rept 16
  ldr r4, [r1]
  adds r1, r1, #8
  .endr
  END
  .balign 8
table:
  .space 128
