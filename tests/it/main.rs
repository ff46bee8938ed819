mod firmware;
mod main_job;
