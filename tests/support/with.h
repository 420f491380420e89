/* A size-led struct for one call. */
#ifndef SUPPORT_WITH_H
#define SUPPORT_WITH_H

#define WITH(type, ...) (&(type){ .struct_size = sizeof(type), __VA_ARGS__ })

#endif
