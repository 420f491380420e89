/* io: .npy, .safetensors and stack files */
#ifndef LAMELLA_IO_H
#define LAMELLA_IO_H

#include "lamella/io/file.h"  /* file: .npy and .safetensors by pread or from memory, written by temp file and rename */
#include "lamella/io/stack.h" /* stack: files of layered states as stacks, their labels, and writing them */

#endif
