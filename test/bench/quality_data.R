# The real tables of quality.py as CSV files in the folder given: Debian's
# r-cran-modeldata, r-cran-mlbench, r-cran-cardata, r-cran-ggplot2. Text columns
# and missing values stay as they are.
folder <- commandArgs(trailingOnly = TRUE)[1]
tables <- list(
    c("modeldata", "attrition"), c("modeldata", "credit_data"), c("modeldata", "lending_club"),
    c("modeldata", "mlc_churn"), c("modeldata", "wa_churn"), c("carData", "TitanicSurvival"),
    c("mlbench", "PimaIndiansDiabetes2"), c("modeldata", "ames"), c("modeldata", "Chicago"),
    c("modeldata", "concrete"), c("carData", "SLID"), c("ggplot2", "diamonds"),
    c("modeldata", "hpc_data"), c("mlbench", "Satellite"), c("mlbench", "Vehicle"))
for (table in tables) {
    place <- new.env()
    suppressWarnings(data(list = table[2], package = table[1], envir = place))
    rows <- as.data.frame(place[[table[2]]])
    # a date as its number of days: the other sides take numbers only
    for (name in names(rows)) if (inherits(rows[[name]], "Date")) rows[[name]] <- as.integer(rows[[name]])
    write.csv(rows, file.path(folder, paste0(table[2], ".csv")), row.names = FALSE, na = "")
}
