-- Applicants for credit and how it ended; see README.md.
CREATE TABLE credit
(
    id              integer PRIMARY KEY,
    seniority_years integer NOT NULL,
    home            text,
    months          integer NOT NULL,
    age             integer NOT NULL,
    marital         text,
    has_records     boolean NOT NULL,
    job             text,
    expenses        integer NOT NULL,
    income          integer,
    assets          integer,
    debt            integer,
    amount          integer NOT NULL,
    price           integer NOT NULL,
    status          text NOT NULL
);
\copy credit FROM 'credit.csv' (FORMAT csv, HEADER)
ANALYZE credit;
