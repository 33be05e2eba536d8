# The tables customers, houses, credit and cars, out of Debian packages:
#
#   apt-get install r-cran-modeldata r-cran-jsonlite python3-vega-datasets
#   cd test/data && Rscript make_tables.R
#
# Column names become lower case words, two-valued columns become booleans, rows
# get a number as their key. In customers, "No internet service" and "No phone
# service", which repeat another column, become NULL: the question does not
# arise. Of houses, 29 of 74 columns are kept. No row is left out.

library(modeldata)
library(jsonlite)

truth <- function(column, yes) ifelse(column == yes, "t", "f")
service <- function(column) ifelse(column == "Yes", "t", ifelse(column == "No", "f", NA))

save_table <- function(table, file) {
  table <- cbind(id = seq_len(nrow(table)), table)
  is_text <- sapply(table, function(column) is.character(column) || is.factor(column))
  table[is_text] <- lapply(table[is_text], as.character)
  writeLines(paste(names(table), collapse = ","), file)
  write.table(table, file, append = TRUE, sep = ",", qmethod = "double", na = "", row.names = FALSE,
    col.names = FALSE, quote = which(sapply(table, function(column) any(grepl("[\",]", column)))))
}

data(wa_churn)
w <- as.data.frame(wa_churn)
save_table(data.frame(
  female = truth(w$female, 1), senior_citizen = truth(w$senior_citizen, 1),
  partner = truth(w$partner, 1), dependents = truth(w$dependents, 1),
  tenure_months = w$tenure, phone_service = truth(w$phone_service, 1),
  multiple_lines = service(w$multiple_lines), internet_service = w$internet_service,
  online_security = service(w$online_security), online_backup = service(w$online_backup),
  device_protection = service(w$device_protection), tech_support = service(w$tech_support),
  streaming_tv = service(w$streaming_tv), streaming_movies = service(w$streaming_movies),
  contract = w$contract, paperless_billing = truth(w$paperless_billing, 1),
  payment_method = w$payment_method, monthly_charges = w$monthly_charges,
  total_charges = w$total_charges, churned = truth(w$churn, "Yes")), "customers.csv")

data(ames)
a <- as.data.frame(ames)
a <- a[c("MS_Zoning", "Lot_Frontage", "Lot_Area", "Lot_Shape", "Neighborhood", "Bldg_Type",
  "House_Style", "Overall_Cond", "Year_Built", "Year_Remod_Add", "Exterior_1st", "Foundation", "Total_Bsmt_SF",
  "Heating_QC", "Central_Air", "First_Flr_SF", "Second_Flr_SF", "Gr_Liv_Area", "Full_Bath", "Half_Bath",
  "Bedroom_AbvGr", "TotRms_AbvGrd", "Fireplaces", "Garage_Type", "Garage_Cars", "Garage_Area", "Year_Sold",
  "Sale_Condition", "Sale_Price")]
names(a) <- tolower(names(a))
a$central_air <- truth(a$central_air, "Y")
save_table(a, "houses.csv")

data(credit_data)
k <- as.data.frame(credit_data)
save_table(data.frame(
  seniority_years = k$Seniority, home = k$Home, months = k$Time, age = k$Age, marital = k$Marital,
  has_records = truth(k$Records, "yes"), job = k$Job, expenses = k$Expenses, income = k$Income,
  assets = k$Assets, debt = k$Debt, amount = k$Amount, price = k$Price, status = k$Status), "credit.csv")

j <- fromJSON("/usr/lib/python3/dist-packages/vega_datasets/_data/cars.json")
save_table(data.frame(
  name = j$Name, miles_per_gallon = j$Miles_per_Gallon, cylinders = j$Cylinders,
  displacement = j$Displacement, horsepower = j$Horsepower, weight_lbs = j$Weight_in_lbs,
  acceleration = j$Acceleration, model_year = j$Year, origin = j$Origin), "cars.csv")
