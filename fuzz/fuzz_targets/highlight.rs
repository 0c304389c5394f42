#![no_main]

libfuzzer_sys::fuzz_target!(|both: (&str, &str)| cairn_fuzz::check_highlights(both.0, both.1));
