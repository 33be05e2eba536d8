-- Houses sold in Ames, Iowa, and their prices; see README.md.
CREATE TABLE houses
(
    id              integer PRIMARY KEY,
    ms_zoning       text NOT NULL,
    lot_frontage    integer NOT NULL,
    lot_area        integer NOT NULL,
    lot_shape       text NOT NULL,
    neighborhood    text NOT NULL,
    bldg_type       text NOT NULL,
    house_style     text NOT NULL,
    overall_cond    text NOT NULL,
    year_built      smallint NOT NULL,
    year_remod_add  smallint NOT NULL,
    exterior_1st    text NOT NULL,
    foundation      text NOT NULL,
    total_bsmt_sf   integer NOT NULL,
    heating_qc      text NOT NULL,
    central_air     boolean NOT NULL,
    first_flr_sf    integer NOT NULL,
    second_flr_sf   integer NOT NULL,
    gr_liv_area     integer NOT NULL,
    full_bath       smallint NOT NULL,
    half_bath       smallint NOT NULL,
    bedroom_abvgr   smallint NOT NULL,
    totrms_abvgrd   smallint NOT NULL,
    fireplaces      smallint NOT NULL,
    garage_type     text NOT NULL,
    garage_cars     smallint NOT NULL,
    garage_area     integer NOT NULL,
    year_sold       smallint NOT NULL,
    sale_condition  text NOT NULL,
    sale_price      integer NOT NULL
);
\copy houses FROM 'houses.csv' (FORMAT csv, HEADER)
ANALYZE houses;
