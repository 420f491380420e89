/* relative: spaces made comparable */
#ifndef LAMELLA_RELATIVE_H
#define LAMELLA_RELATIVE_H

#include "lamella/relative/anchor.h"  /* anchor: which rows become anchors: given, random or farthest points; how well they span */
#include "lamella/relative/project.h" /* project: rows as their similarities to anchors, so that spaces become comparable */
#include "lamella/relative/stitch.h"  /* stitch: a head trained on one space and tested on another, for all ordered pairs of spaces */

#endif
