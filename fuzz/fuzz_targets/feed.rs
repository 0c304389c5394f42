#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| cairn_fuzz::check_feed(text));
