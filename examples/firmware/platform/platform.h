/* What each machine brings: somewhere to write, and a way to start main and to end with its status. */
#ifndef PLATFORM_H
#define PLATFORM_H

void platform_put(char character);

#endif
