//! Link options of a Node addon; on Linux they keep the module loaded for good (`-z nodelete`), for its threads outlive
//! the worker thread that loaded it.

fn main() {
    napi_build::setup();
}
