//! Sign in, pay in, ask out of one's own balance, sign out; and what is refused at that door.

use crate::browser::{Browser, between};
use crate::house::{self, House};
use footnote_ledger::chain::{PrivateKeySigner, dev_signer, sign_message, signer_address};

/// A key of anvil's phrase that is no sample contributor's.
fn wallet(index: u32) -> PrivateKeySigner {
    dev_signer(index).expect("a key")
}

/// The message that the page proposes to a wallet.
fn proposed(browser: &Browser<'_>, wallet: &PrivateKeySigner) -> String {
    let page = browser.open(&format!("/sign-in?address={}", signer_address(wallet)));
    assert_eq!(page.status, 200, "{}", page.text);
    let open = "<textarea name=\"message\" rows=\"12\" readonly spellcheck=\"false\">";
    between(&page.text, open, "</textarea>").to_owned()
}

fn signed(wallet: &PrivateKeySigner, message: &str) -> String {
    let signature = sign_message(wallet, message).expect("signed");
    let digits: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}

/// Browsers end the lines of a form's field with both characters.
fn as_sent(message: &str) -> String {
    message.replace('\n', "\r\n")
}

#[test]
fn an_account_signs_in_pays_and_leaves() {
    let Some(house) = house::ready() else { return };
    a_signature_opens_the_account(&house);
    what_is_forged_is_refused_by_name(&house);
    a_balance_pays_for_its_answers(&house);
    guests_are_as_they_were(&house);
}

fn a_signature_opens_the_account(house: &House) {
    let browser = Browser::new(house);
    let away = browser.open("/account");
    assert_eq!((away.status, away.location.as_str()), (303, "/sign-in"));
    let wallet = wallet(20);
    let message = proposed(&browser, &wallet);
    assert!(message.contains("Chain ID: 31337") && message.contains("127.0.0.1"), "{message}");
    let fields = [("message", as_sent(&message)), ("signature", signed(&wallet, &message))];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let entered = browser.send("/sign-in", &fields);
    assert_eq!((entered.status, entered.location.as_str()), (303, "/account"), "{}", entered.text);
    let cookie = entered.set_cookies.iter().find(|cookie| cookie.starts_with("fn_account="));
    let cookie = cookie.expect("a session");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let account = browser.open("/account");
    let shown = account.text.to_lowercase();
    assert!(shown.contains(&signer_address(&wallet).to_string()), "{shown}");
    assert!(account.text.contains("Nothing has moved yet"));

    // A second sign-in of the same browser takes the place of the first.
    let first = browser.cookies.borrow()["fn_account"].clone();
    let again = browser.send("/sign-in", &fields);
    assert_eq!(again.status, 403);
    assert!(again.text.contains("was used before"), "{}", again.text);
    browser.sign_in_as("bo");
    assert_ne!(browser.cookies.borrow()["fn_account"], first);
    let stolen = Browser::new(house);
    stolen.cookies.borrow_mut().insert("fn_account".into(), first);
    assert_eq!(stolen.open("/account").status, 303, "it was rotated away");

    let left = browser.cookies.borrow()["fn_account"].clone();
    assert_eq!(browser.send("/sign-out", &[]).status, 303);
    assert_eq!(browser.open("/account").status, 303);
    stolen.cookies.borrow_mut().insert("fn_account".into(), left);
    assert_eq!(stolen.open("/account").status, 303, "it was ended on the server too");
}

fn what_is_forged_is_refused_by_name(house: &House) {
    let browser = Browser::new(house);
    let (mine, other) = (wallet(21), wallet(22));
    let message = proposed(&browser, &mine);
    let refused = |message: &str, signature: &str, why: &str| {
        let fields = [("message", message), ("signature", signature)];
        let page = browser.send("/sign-in", &fields);
        assert_eq!(page.status, 403, "{why}");
        assert!(page.text.contains(why), "{why}: {}", between(&page.text, "<main", "</main>"));
        assert!(!browser.cookies.borrow().contains_key("fn_account"));
    };
    refused(&message, &signed(&other, &message), "The signature is not by");
    refused(&message, "0x1234", "The signature is not by");
    refused(&message, "nonsense", "no signature");
    let elsewhere = message.replacen("127.0.0.1", "evil.example", 1);
    refused(&elsewhere, &signed(&mine, &elsewhere), "trying to sign in as you");
    let chain = message.replace("Chain ID: 31337", "Chain ID: 1");
    refused(&chain, &signed(&mine, &chain), "is for chain 1");
    let page = message.replace("/sign-in", "/other");
    refused(&page, &signed(&mine, &page), "names the page");
    let endless = message.split("\nExpiration").next().expect("has one").to_owned();
    refused(&endless, &signed(&mine, &endless), "must expire");
    let nonce = message.replace("Nonce: ", "Nonce: 0");
    refused(&nonce, &signed(&mine, &nonce), "not made for this browser");
    refused("hello", &signed(&mine, "hello"), "no sign-in message");

    // Another browser cannot use what was proposed to this one.
    let thief = Browser::new(house);
    thief.open("/sign-in");
    let signature = signed(&mine, &message);
    let page = thief.send("/sign-in", &[("message", &message), ("signature", &signature)]);
    assert_eq!(page.status, 403);
    assert!(page.text.contains("not made for this browser"), "{}", page.text);
    // Nor can another site's form.
    thief.cookies.borrow_mut().remove("fn_csrf");
    let page = thief.send("/sign-in", &[("message", &message), ("signature", &signature)]);
    assert_eq!(page.status, 403);
    assert!(page.text.contains("another browser"), "{}", page.text);
}

fn a_balance_pays_for_its_answers(house: &House) {
    let browser = Browser::new(house);
    browser.sign_in_as("emi");
    browser.open("/");
    let question = "When can a contributor claim earnings on chain?";
    let poor = browser.send("/ask", &[("question", question), ("nonce", "1")]);
    assert_eq!(poor.status, 402);
    assert!(poor.text.contains("deposit first"), "{}", between(&poor.text, "<main", "</main>"));

    browser.pay_in();
    let asked = browser.send("/ask", &[("question", question), ("nonce", "2")]);
    assert_eq!(asked.status, 303, "{}", asked.text);
    let id = asked.location.trim_start_matches("/answers/").to_owned();
    let charged = loop {
        let (status, answer) = house.get(&format!("/v1/answers/{id}"));
        if status == 200 {
            assert_eq!(answer["price"]["funding"], "balance", "{answer}");
            break answer["price"]["charged"].as_str().expect("an amount").to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    let (_, receipt) = house.get(&format!("/v1/receipts/{id}"));
    assert_eq!(receipt["receipt"]["funding"], "balance");
    let refused =
        browser.send("/ask", &[("question", "Who won the cup in Ruritania?"), ("nonce", "3")]);
    assert_eq!(refused.status, 303);

    let key = browser.make_key(&[("kind", "secret"), ("name", "reader")]);
    let movements = loop {
        let (status, list) = house.get_as(&key, "/v1/account/movements");
        assert_eq!(status, 200, "{list}");
        let rows = list["data"].as_array().expect("rows").clone();
        if rows.len() == 3 {
            break rows;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    let kinds: Vec<&str> = movements.iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["released", "charged", "deposited"]);
    assert_eq!(movements[1]["change"], format!("-{charged}"));
    assert_eq!(movements[1]["answer"], id.as_str());
    let (_, account) = house.get_as(&key, "/v1/account");
    let sum: i64 = movements
        .iter()
        .map(|row| row["change"].as_str().expect("text").parse::<i64>().expect("a number"))
        .sum();
    assert_eq!(account["balance"], sum.to_string());
    assert_eq!(account["available"], sum.to_string());
    let page = browser.open("/account");
    assert!(page.text.contains(&format!("/answers/{id}")) && page.text.contains("No charge"));
    // The page in every heading says what is left.
    let shown = footnote_domain::money::Nano::new(i128::from(sum)).expect("in range").in_tokens();
    assert!(page.text.contains(&format!("{shown} OPEN</a>")), "{shown}");

    let out = house.footnote(&["audit"]);
    assert!(out.status.success(), "{}", house::text(&out));
}

fn guests_are_as_they_were(house: &House) {
    let answer = house.ask("What is a Datanet?");
    assert_eq!(answer["price"]["funding"], "promotion");
    let (status, problem) = house.get("/v1/account");
    assert_eq!((status, &problem["code"]), (401, &"invalid_api_key".into()));
}
