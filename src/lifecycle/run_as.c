/*
 * lifecycle/run_as.c
 *		Which role a job may run as.
 *
 * A job runs a stored source. Whoever can change what is stored runs queries
 * as that role, so it must not have rights that he has not: the model's owner
 * decides the source, and the extension's owner can edit the tables.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_authid.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "bridge/pg_compat.h"
#include "catalog/database.h"
#include "lifecycle/run_as.h"

static void
check_model(Oid role, const char *run_as, const char *model, const char *owner)
{
	Oid			owner_role = owner != NULL ? get_role_oid(owner, true) : InvalidOid;

	if (OidIsValid(owner_role) ? !has_privs_of_role(role, owner_role) : !superuser_arg(role))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" may not train model \"%s\"", run_as, model),
				 owner != NULL ?
				 errhint("Name the model's owner, or a member of it: run_as => '%s'.", owner) : 0));
	if (superuser_arg(role) && !(OidIsValid(owner_role) && superuser_arg(owner_role)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("jobs of model \"%s\" must not run as the superuser \"%s\"", model, run_as),
				 errdetail("The model's owner, who decides what a training reads, is no superuser."),
				 owner != NULL ?
				 errhint("Name the owner, or a member of it that may log in: run_as => '%s'.", owner) : 0));
}

static void
check_extension(Oid role, const char *run_as)
{
	Oid			owner = mlops_extension_owner();

	if (!OidIsValid(owner) || has_privs_of_role(owner, role))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("jobs must not run as role \"%s\"", run_as),
			 errdetail("The extension's owner \"%s\" can change schedules, and has not the rights of that role.",
					   GetUserNameFromId(owner, false)),
			 errhint("Grant the role to the extension's owner, or let a superuser create the extension.")));
}

Oid
mlops_run_as_require(const char *run_as, const char *model, const char *owner)
{
	Oid			role = get_role_oid(run_as, true);

	if (!OidIsValid(role))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\" does not exist", run_as)));
	check_model(role, run_as, model, owner);
	check_extension(role, run_as);
	return role;
}

static bool
can_log_in(Oid role)
{
	HeapTuple	row = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	bool		result;

	if (!HeapTupleIsValid(row))
		return false;
	result = ((Form_pg_authid) GETSTRUCT(row))->rolcanlogin;
	ReleaseSysCache(row);
	return result;
}

void
mlops_run_as_require_login(Oid role)
{
	if (!can_log_in(role))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("role \"%s\" may not log in", GetUserNameFromId(role, false)),
				 errdetail("A job connects as the role that it runs as."),
				 errhint("Name a role that may log in: run_as => 'role'.")));
	if (MLOPS_DATABASE_ACLCHECK(MyDatabaseId, role, ACL_CONNECT) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" may not connect to database \"%s\"",
						GetUserNameFromId(role, false), get_database_name(MyDatabaseId)),
				 errdetail("A job connects as the role that it runs as."),
				 errhint("Name a role that may connect: run_as => 'role'.")));
}
