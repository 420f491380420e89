/* Lamella: layered latent representations. The only include a user needs; each header below can be read on its own. */
#ifndef LAMELLA_H
#define LAMELLA_H

#include "lamella/base.h"       /* base: views, stacks, status codes, the last error */
#include "lamella/context.h"    /* context: allocator, threads, limits, progress, log; what the library is built of */
#include "lamella/tensor.h"     /* tensor: views and stacks of the host's memory; blocks that own one; cast, gather, slice, finite check */
#include "lamella/io.h"         /* io: .npy, .safetensors and stack files */
#include "lamella/moments.h"    /* moments: what a stack's layers look like, their ranks, and second moments that merge */
#include "lamella/measure.h"    /* measure: ranks, scores of predictions, folds, bootstrap intervals */
#include "lamella/probe.h"      /* probe: what layers know */
#include "lamella/matryoshka.h" /* matryoshka: layers and dims cut short */
#include "lamella/relative.h"   /* relative: spaces made comparable */
#include "lamella/fusion.h"     /* fusion: layers, tokens and modalities combined */

#endif
