/* Replays the committed seeds through their targets: seeds/TARGET/FILE. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>

static int64_t replay_file(const char *path, void (*target)(const uint8_t *bytes, size_t n))
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(1 << 20);
    size_t n = f ? fread(bytes, 1, 1 << 20, f) : 0;
    if (f)
        fclose(f);
    bytes = realloc(bytes, n + !n); /* of exactly this size, for sanitizers */
    target(bytes, n);
    free(bytes);
    return f != NULL;
}

static int64_t replay(const char *name, void (*target)(const uint8_t *bytes, size_t n))
{
    char path[1000];
    int64_t replayed = 0;
    snprintf(path, sizeof path, "%s/%s", FUZZ_SEEDS, name);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s/%.200s", FUZZ_SEEDS, name, e->d_name);
            replayed += replay_file(path, target);
        }
    if (d)
        closedir(d);
    printf("%-12s %lld seeds\n", name, (long long)replayed);
    return replayed;
}

int main(void)
{
    int complete = 1;
#define FUZZ_REPLAY(name) complete &= replay(#name, fuzz_##name) > 0;
    FUZZ_TARGETS(FUZZ_REPLAY)
    return !complete;
}
