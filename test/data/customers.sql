-- Telecom customers and whether they left; see README.md.
CREATE TABLE customers
(
    id                integer PRIMARY KEY,
    female            boolean NOT NULL,
    senior_citizen    boolean NOT NULL,
    partner           boolean NOT NULL,
    dependents        boolean NOT NULL,
    tenure_months     integer NOT NULL,
    phone_service     boolean NOT NULL,
    multiple_lines    boolean,
    internet_service  text NOT NULL,
    online_security   boolean,
    online_backup     boolean,
    device_protection boolean,
    tech_support      boolean,
    streaming_tv      boolean,
    streaming_movies  boolean,
    contract          text NOT NULL,
    paperless_billing boolean NOT NULL,
    payment_method    text NOT NULL,
    monthly_charges   numeric(7,2) NOT NULL,
    total_charges     numeric(9,2),
    churned           boolean NOT NULL
);
\copy customers FROM 'customers.csv' (FORMAT csv, HEADER)
ANALYZE customers;
