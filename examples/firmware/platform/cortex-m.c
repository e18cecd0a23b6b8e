/* Cortex-M under QEMU: text and status by semihosting. */
#include "platform.h"

#include <stdint.h>

int main(void);
void reset(void);

extern uint32_t _stack[], _data[], _data_end[], _data_from[], _bss[], _bss_end[];

static uint32_t semihost(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void platform_put(char character)
{
    semihost(0x03, &character);
}

static void leave(uint32_t status)
{
    /* ADP_Stopped_ApplicationExit */
    const uint32_t block[2] = {0x20026, status};
    semihost(0x20, block);
    for (;;) {
    }
}

static void fault(void)
{
    leave(99);
}

void reset(void)
{
#ifdef __ARM_FP
    /* Full access to the FPU: the calling convention may use its registers. */
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
    const uint32_t *from = _data_from;
    for (uint32_t *to = _data; to < _data_end; to++) {
        *to = *from++;
    }
    for (uint32_t *to = _bss; to < _bss_end; to++) {
        *to = 0;
    }
    leave((uint32_t)main());
}

typedef union {
    void *stack;
    void (*handler)(void);
} vector_t;

__attribute__((section(".vectors"), used)) static const vector_t vectors[16] = {
    {.stack = _stack}, {.handler = reset}, {.handler = fault}, {.handler = fault},
    {.handler = fault}, {.handler = fault}, {.handler = fault},
};
