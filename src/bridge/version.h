/*
 * bridge/version.h
 *		The version of the library, which is that of the extension's objects.
 */
#ifndef MLOPS_BRIDGE_VERSION_H
#define MLOPS_BRIDGE_VERSION_H

/* As default_version in mlops.control. */
#define MLOPS_VERSION "0.2.0"

#endif							/* MLOPS_BRIDGE_VERSION_H */
