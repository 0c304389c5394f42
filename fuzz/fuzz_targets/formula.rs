#![no_main]

libfuzzer_sys::fuzz_target!(|tex: &str| cairn_fuzz::check_formula(tex));
