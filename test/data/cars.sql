-- Cars of 1970 to 1982 and their fuel economy; see README.md.
CREATE TABLE cars
(
    id               integer PRIMARY KEY,
    name             text NOT NULL,
    miles_per_gallon real,
    cylinders        smallint NOT NULL,
    displacement     real NOT NULL,
    horsepower       smallint,
    weight_lbs       integer NOT NULL,
    acceleration     double precision NOT NULL,
    model_year       date NOT NULL,
    origin           text NOT NULL
);
\copy cars FROM 'cars.csv' (FORMAT csv, HEADER)
ANALYZE cars;
