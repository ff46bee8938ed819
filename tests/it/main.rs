mod firmware;
mod prove;
