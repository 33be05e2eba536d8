/*
 * catalog/similar.c
 *		The few names that are most like a mistyped one, for hints.
 *
 * Similar are names within a third of the mistyped one's length in edits
 * (Levenshtein distance, by the server), at least two.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/varlena.h"

#include "catalog/similar.h"

void
mlops_similar_begin(MlopsSimilar *similar, const char *name)
{
	similar->name = name;
	similar->limit = Max(2, (int) strlen(name) / 3);
	similar->count = 0;
}

void
mlops_similar_add(MlopsSimilar *similar, const char *candidate)
{
	int			distance = varstr_levenshtein_less_equal(similar->name, strlen(similar->name),
														 candidate, strlen(candidate),
														 1, 1, 1, similar->limit, true);
	int			place;

	/* a name of one or two letters is not like every other */
	if (distance > similar->limit || distance >= (int) strlen(candidate))
		return;
	if (similar->count < MLOPS_MAX_SIMILAR)
		place = similar->count++;
	else if (distance < similar->distances[MLOPS_MAX_SIMILAR - 1])
		place = MLOPS_MAX_SIMILAR - 1;
	else
		return;
	for (; place > 0 && similar->distances[place - 1] > distance; place--)
	{
		similar->names[place] = similar->names[place - 1];
		similar->distances[place] = similar->distances[place - 1];
	}
	similar->names[place] = candidate;
	similar->distances[place] = distance;
}

char *
mlops_similar_list(const MlopsSimilar *similar)
{
	StringInfoData list;
	int			i;

	if (similar->count == 0)
		return NULL;
	initStringInfo(&list);
	for (i = 0; i < similar->count; i++)
		appendStringInfo(&list, "%s\"%s\"", i > 0 ? ", " : "", similar->names[i]);
	return list.data;
}
