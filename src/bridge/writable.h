/*
 * bridge/writable.h
 *		Refusing early what could not be written at the end.
 */
#ifndef MLOPS_BRIDGE_WRITABLE_H
#define MLOPS_BRIDGE_WRITABLE_H

/*
 * The server's own error, naming the command, on a standby, in a read-only
 * transaction and in a parallel worker. A standby is asked about first, since
 * its transactions are read-only as well and the error should say why.
 */
extern void mlops_require_writable(const char *command);

#endif							/* MLOPS_BRIDGE_WRITABLE_H */
