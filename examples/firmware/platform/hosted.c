#include "platform.h"

#include <stdio.h>

void platform_put(char character)
{
    putchar(character);
}
