#include "base/base.h"

#include <sys/mman.h>
#include <unistd.h>

int32_t id_of_process(void)
{
    return (int32_t)getpid();
}

int space_for(int64_t bytes)
{
    void *memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory != MAP_FAILED && munmap(memory, (size_t)bytes) == 0;
}
