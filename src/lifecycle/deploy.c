/*
 * lifecycle/deploy.c
 *		Moving names between versions.
 *
 * Every move takes the model's lock first, so that two of them, or one and a
 * training that ends, take turns; each leaves a line in the audit log.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "bridge/json.h"
#include "bridge/writable.h"
#include "catalog/model.h"
#include "catalog/version.h"
#include "lifecycle/deploy.h"

static void
audit_move(const char *action, const char *model, int version, const char *alias,
		   int previous, const char *reason)
{
	MlopsJson	json;

	mlops_json_begin(&json);
	if (previous > 0)
		mlops_json_integer(&json, "previous", previous);
	if (reason != NULL)
		mlops_json_text(&json, "reason", reason);
	mlops_audit(action, model, version, alias, mlops_json_finish(&json));
}

int
mlops_deploy(const char *reference, const char *alias, const char *reason)
{
	MlopsVersionKey key;
	int			previous;

	mlops_require_writable("mlops_deploy()");
	mlops_alias_check_name(alias);
	mlops_reference_resolve(reference, MLOPS_RIGHT_DEPLOY, &key);
	mlops_model_lock(key.model);
	/* As in lock_model(), but the reference means more than the model. */
	PushActiveSnapshot(GetLatestSnapshot());
	mlops_reference_resolve(reference, MLOPS_RIGHT_DEPLOY, &key);
	previous = mlops_alias_get(key.model, alias);
	PopActiveSnapshot();
	if (previous == key.version)
		return key.version;
	mlops_alias_set(key.model, alias, key.version);
	audit_move("deploy", key.model, key.version, alias, previous, reason);
	return key.version;
}

/*
 * The model may have gone while this waited for the lock, and its name may
 * belong to somebody else by now.
 */
static void
lock_model(const char *model, MlopsRight right)
{
	MlopsModel	found;

	mlops_model_require(model, right, &found);
	mlops_model_lock(model);
	PushActiveSnapshot(GetLatestSnapshot());
	mlops_model_require(model, right, &found);
	PopActiveSnapshot();
}

int
mlops_rollback(const char *model, const char *reason)
{
	int			previous;
	int			version;

	mlops_require_writable("mlops_rollback()");
	lock_model(model, MLOPS_RIGHT_DEPLOY);
	previous = mlops_alias_get(model, "champion");
	version = previous > 0 ? mlops_alias_back(model, "champion") : 0;
	if (version == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model \"%s\" has no earlier champion to go back to", model),
				 errhint("Choose a version yourself with mlops_deploy(%s); mlops.versions lists them.",
						 quote_literal_cstr(psprintf("%s@<version>", model)))));
	audit_move("rollback", model, version, "champion", previous, reason);
	return version;
}

void
mlops_drop_model(const char *model)
{
	mlops_require_writable("mlops_drop_model()");
	lock_model(model, MLOPS_RIGHT_OWN);
	mlops_model_delete(model);
	mlops_audit("drop", model, 0, NULL, NULL);
}
