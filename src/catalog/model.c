/*
 * catalog/model.c
 *		Models and who may use them.
 *
 * Owners are stored by name, since no OID may travel to another cluster: a
 * renamed role loses its models (a superuser can still use them), and a new
 * role that takes the name of a dropped one gets them.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "bridge/writable.h"
#include "catalog/model.h"
#include "catalog/scan.h"
#include "catalog/similar.h"
#include "catalog/version.h"
#include "catalog/write.h"

#define MAX_NAME_BYTES 63

static void
raise_name(const char *name, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("model name %s", problem),
			 name[0] ? errdetail("The name is \"%s\".", name) : 0,
			 errhint("A name has 1 to %d bytes, no \"@\", no control characters, and no blank at either end.",
					 MAX_NAME_BYTES)));
}

void
mlops_model_check_name(const char *name)
{
	size_t		length = strlen(name);
	const char *at;

	if (length == 0)
		raise_name(name, "is empty");
	if (length > MAX_NAME_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model name is too long"),
				 errdetail("It has %zu bytes, at most %d are allowed.", length, MAX_NAME_BYTES),
				 errhint("Choose a shorter name; a letter beyond ASCII has more than one byte.")));
	if (name[0] == ' ' || name[length - 1] == ' ')
		raise_name(name, "begins or ends with a blank");
	for (at = name; *at; at++)
	{
		if (*at == '@')
			raise_name(name, "holds an \"@\"");
		if ((unsigned char) *at < 0x20 || *at == 0x7f)
			raise_name("", "holds a control character");
	}
}

bool
mlops_model_find(const char *name, MlopsModel *model)
{
	Datum		key = CStringGetTextDatum(name);
	MlopsScan	scan;
	HeapTuple	row;

	mlops_scan_begin(&scan, MLOPS_TABLE_MODEL, MLOPS_ACTIVE_SNAPSHOT, 1, &key);
	row = mlops_scan_next(&scan, ForwardScanDirection);
	if (row != NULL)
	{
		model->name = pstrdup(name);
		model->owner = mlops_scan_text(&scan, row, MLOPS_MODEL_OWNER);
		model->task = mlops_scan_text(&scan, row, MLOPS_MODEL_TASK);
	}
	mlops_scan_end(&scan);
	return row != NULL;
}

/* May the current role act as the owner? */
static bool
acts_as(const char *owner)
{
	Oid			role;

	if (superuser())
		return true;
	role = get_role_oid(owner, true);
	return OidIsValid(role) && has_privs_of_role(GetUserId(), role);
}

static const char *
right_verb(MlopsRight right)
{
	switch (right)
	{
		case MLOPS_RIGHT_PREDICT:
			return "score with it";
		case MLOPS_RIGHT_READ:
			return "read about it";
		case MLOPS_RIGHT_TRAIN:
			return "train it";
		case MLOPS_RIGHT_DEPLOY:
			return "deploy its versions";
		case MLOPS_RIGHT_OWN:
			return "drop or hand over it";
	}
	return "use it";
}

void
mlops_model_check_right(const char *name, const char *owner, MlopsRight right)
{
	if (acts_as(owner))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for model \"%s\"", name),
			 errdetail("Only members of its owner \"%s\" and superusers may %s.",
					   owner, right_verb(right)),
			 errhint("Train a model of another name, or become a member of the role \"%s\".", owner)));
}

/* Names of models like this one among those that the caller may use. */
static char *
similar_models(const char *name)
{
	MlopsSimilar similar;
	MlopsScan	scan;
	HeapTuple	row;

	mlops_similar_begin(&similar, name);
	mlops_scan_begin(&scan, MLOPS_TABLE_MODEL, MLOPS_ACTIVE_SNAPSHOT, 0, NULL);
	while ((row = mlops_scan_next(&scan, ForwardScanDirection)) != NULL)
	{
		if (acts_as(mlops_scan_text(&scan, row, MLOPS_MODEL_OWNER)))
			mlops_similar_add(&similar, mlops_scan_text(&scan, row, MLOPS_MODEL_NAME));
	}
	mlops_scan_end(&scan);
	return mlops_similar_list(&similar);
}

static void
raise_unknown(const char *name)
{
	char	   *similar = similar_models(name);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model \"%s\" does not exist", name),
			 similar ? errhint("There is %s.", similar) :
			 errhint("mlops_train() makes one; the view mlops.models lists those that you may use.")));
}

void
mlops_model_require(const char *name, MlopsRight right, MlopsModel *model)
{
	mlops_model_check_name(name);
	if (!mlops_model_find(name, model))
		raise_unknown(name);
	mlops_model_check_right(name, model->owner, right);
}

void
mlops_model_lock(const char *name)
{
	uint32		key = hash_bytes((const unsigned char *) name, strlen(name));

	mlops_require_writable("changes of models");
	LockDatabaseObject(mlops_table_oid(MLOPS_TABLE_MODEL), key, 0, ExclusiveLock);
}

static void
raise_concurrent(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent change of model \"%s\"", name)));
}

/*
 * The row of another transaction that was committed since is not in the
 * snapshot from REPEATABLE READ on; the insert then fails with 40001, which is
 * what such a transaction expects. It gets the same when the model that it
 * sees is gone, for else it would see two of one name.
 */
void
mlops_model_ensure(const char *name, const char *task)
{
	MlopsStatement statement;
	MlopsResult *result;
	MlopsModel	seen;
	char	   *stored_task;
	bool		was_there = IsolationUsesXactSnapshot() && mlops_model_find(name, &seen);

	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.model (name, owner, task, created_at) "
						  "VALUES ($1, $2, $3, pg_catalog.clock_timestamp()) "
						  "ON CONFLICT (name) DO NOTHING");
	mlops_bind_text(&statement, name);
	mlops_bind_text(&statement, mlops_current_role());
	mlops_bind_text(&statement, task);
	if (mlops_write(&statement) > 0)
	{
		if (was_there)
			raise_concurrent(name);
		return;
	}

	mlops_statement_begin(&statement, "SELECT owner, task FROM mlops.model WHERE name = $1");
	mlops_bind_text(&statement, name);
	result = mlops_write_returning(&statement);
	if (result->n_rows == 0)
		raise_concurrent(name);
	mlops_model_check_right(name, mlops_cell_text(result, 0, 1), MLOPS_RIGHT_TRAIN);
	stored_task = mlops_cell_text(result, 0, 2);
	if (strcmp(stored_task, task) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("model \"%s\" is for %s, not for %s", name, stored_task, task),
				 errhint("Train a model of another name, or say task => '%s'.", stored_task)));
}

/* Everything that belongs to a model; children first. The audit log stays. */
static const char *const model_deletes[] = {
	"DELETE FROM mlops.artifact WHERE model = $1",
	"DELETE FROM mlops.metric WHERE model = $1",
	"DELETE FROM mlops.feature WHERE model = $1",
	"DELETE FROM mlops.drift_result WHERE model = $1",
	"DELETE FROM mlops.run WHERE model = $1",
	"DELETE FROM mlops.curve WHERE model = $1",
	"DELETE FROM mlops.partition WHERE model = $1",
	"DELETE FROM mlops.job_run r USING mlops.job j WHERE j.id = r.job AND j.model = $1",
	"DELETE FROM mlops.job WHERE model = $1",
	"DELETE FROM mlops.schedule WHERE model = $1",
	"DELETE FROM mlops.alias WHERE model = $1",
	"DELETE FROM mlops.version WHERE model = $1",
	"DELETE FROM mlops.model WHERE name = $1",
};

void
mlops_model_delete(const char *model)
{
	int			i;

	for (i = 0; i < (int) lengthof(model_deletes); i++)
	{
		MlopsStatement statement;

		mlops_statement_begin(&statement, model_deletes[i]);
		mlops_statement_current(&statement);
		mlops_bind_text(&statement, model);
		(void) mlops_write(&statement);
	}
}
