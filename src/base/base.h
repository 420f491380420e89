/* The ground every file stands on: linkage, the call, memory, checked sizes. Level 0: libc only. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include "lamella/base.h"
#include "lamella/context.h"

#if defined(__FAST_MATH__)
#error "Lamella counts on IEEE arithmetic: build without -ffast-math"
#endif

/* One linkage for everything that is not lamella_*: static in the amalgamation, hidden otherwise. */
#ifdef LAMELLA_AMALGAMATION
#define LAMELLA_INTERNAL static __attribute__((unused))
#define LAMELLA_INTERNAL_DATA static __attribute__((unused))
#else
#define LAMELLA_INTERNAL __attribute__((visibility("hidden")))
#define LAMELLA_INTERNAL_DATA extern __attribute__((visibility("hidden")))
#endif

/* What cannot happen. Branches it guards are not counted by coverage. */
#ifdef LAMELLA_CHECKED
#define ALWAYS(x) ((x) ? 1 : (__builtin_trap(), 0))
#else
#define ALWAYS(x) 1
#endif

#define LENGTH(array) ((int64_t)(sizeof(array) / sizeof *(array)))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#include "base/sizes.h"
#include "base/atomic.h"
#include "base/arena.h"
#include "base/context.h"
#include "base/lent.h"
#include "base/call.h"
#include "base/options.h"
#include "base/process.h"
#include "base/sort.h"

#endif
