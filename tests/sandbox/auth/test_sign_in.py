"""The door: passwords, one-time codes, freshness, and how often one may guess."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import html

from tests.sandbox.auth.box import CA, SCA, Browser, claims, heading, returned

CODE_PAGE = "Enter the code from your authenticator"


def test_it_asks_for_the_password_only_at_an_ordinary_sign_in(browser):
    assert "code" in returned(browser.sign_in("alice"))


def test_it_lets_a_signed_in_person_through_without_a_page(browser):
    first = claims(browser.tokens(browser.sign_in("alice"))["id_token"])
    second = claims(browser.tokens(browser.ask())["id_token"])
    assert (second["sid"], second["auth_time"]) == (first["sid"], first["auth_time"])


def test_it_says_the_same_of_a_wrong_password_and_an_unknown_address(browser):
    page = browser.ask()
    texts = []
    for email in ("bob@example.com", "nobody@example.com"):
        answer = browser.send(page, "password", email=email, password="wrong")
        assert answer.status_code == 422
        (error,) = html.fromstring(answer.text).xpath("//*[@id='error']")
        texts.append(error.text_content().strip())
    assert texts[0] == texts[1] == "This e-mail address and password don’t belong together."


@pytest.mark.parametrize("email", ["carol@example.com", "nobody-else@example.com"])
def test_it_pauses_after_ten_wrong_passwords(browser, email):
    page = browser.ask()
    for _ in range(10):
        assert browser.send(page, "password", email=email, password="x").status_code == 422
    paused = browser.send(page, "password", email=email, password="sandbox")
    assert paused.status_code == 429
    assert "Too many tries for this address. Try again in 5 minutes." in paused.text


def test_it_steps_up_with_the_code_alone(box, browser):
    first = claims(browser.tokens(browser.sign_in("dora"))["id_token"])
    page = browser.ask(acr_values=SCA, max_age="0")
    assert heading(page) == CODE_PAGE
    assert "To confirm in Selfcare" in page.text
    begun = int(time.time())
    told = claims(
        browser.tokens(browser.send(page, "code", code=box.phone_code("dora")))["id_token"]
    )
    assert told["acr"] == SCA
    assert told["amr"] == ["pwd", "otp", "mfa"]
    assert told["auth_time"] >= begun
    assert told["sid"] == first["sid"]


def test_it_asks_for_password_and_code_where_nobody_is_signed_in(box, browser):
    page = browser.sign_in("erin", acr_values=SCA)
    assert heading(page) == CODE_PAGE
    assert "Step 2 of 2" in page.text
    back = browser.send(page, "code", code=box.phone_code("erin"))
    assert claims(browser.tokens(back)["id_token"])["acr"] == SCA


def test_it_takes_a_code_once(box, browser):
    browser.sign_in("fay")
    code = box.phone_code("fay")
    assert "code" in returned(browser.send(browser.ask(acr_values=SCA), "code", code=code))
    again = browser.send(browser.ask(acr_values=SCA, max_age="0"), "code", code=code)
    assert again.status_code == 422
    assert "This code has been used." in again.text


def test_it_takes_a_code_once_even_when_four_send_it_at_once(box):
    browsers = [Browser(box) for _ in range(4)]
    pages = [browser.sign_in("gus", acr_values=SCA) for browser in browsers]
    code = box.phone_code("gus")
    with ThreadPoolExecutor(4) as pool:
        sent = [
            pool.submit(browser.send, page, "code", code=code)
            for browser, page in zip(browsers, pages, strict=True)
        ]
        statuses = sorted(answer.result().status_code for answer in sent)
    for browser in browsers:
        browser.close()
    assert statuses == [303, 422, 422, 422]


def test_it_takes_the_code_of_a_phone_whose_clock_is_half_a_minute_off(box, browser):
    page = browser.sign_in("hal", acr_values=SCA)
    assert browser.send(page, "code", code=box.phone_code("hal", steps=1)).status_code == 303


def test_it_pauses_after_five_wrong_codes(box, browser):
    page = browser.sign_in("ida", acr_values=SCA)
    wrong = str((int(box.phone_code("ida")) + 500_000) % 1_000_000).zfill(6)
    for left in ("4 tries left", "3 tries left", "2 tries left", "1 try left"):
        answer = browser.send(page, "code", code=wrong)
        assert answer.status_code == 422
        assert left in answer.text
    assert browser.send(page, "code", code=wrong).status_code == 429
    paused = browser.send(page, "code", code=box.phone_code("ida"))
    assert paused.status_code == 429
    assert "Too many wrong codes. Nothing was confirmed. Try again in 5 minutes." in paused.text


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "1" * 10_000, "0\x00"])
def test_it_answers_junk_codes_with_the_page(box, browser, code):
    page = browser.sign_in("joe", acr_values=SCA)
    box.rows("delete from auth_service_tries")
    assert browser.send(page, "code", code=code).status_code == 422


@pytest.mark.parametrize("email", ["", "\x00", "a" * 10_000, "alice@example.com\x00\x00"])
def test_it_answers_junk_addresses_with_the_page(browser, email):
    answer = browser.send(browser.ask(), "password", email=email, password="p" * 10_000)
    assert answer.status_code == 422


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}])
def test_it_asks_for_the_password_afresh(browser, changes):
    first = claims(browser.tokens(browser.sign_in("kim"))["id_token"])
    time.sleep(1.1)
    second = claims(browser.tokens(browser.sign_in("kim", **changes))["id_token"])
    assert second["auth_time"] > first["auth_time"]
    assert second["sid"] == first["sid"]


def test_it_asks_for_a_code_afresh_though_one_was_just_given(box, browser):
    page = browser.sign_in("lea", acr_values=SCA)
    browser.send(page, "code", code=box.phone_code("lea"))
    assert "code" in returned(browser.ask(acr_values=SCA, max_age="60"))
    assert heading(browser.ask(acr_values=SCA, max_age="0")) == CODE_PAGE
    assert heading(browser.ask(acr_values=SCA, prompt="login")) == CODE_PAGE


def test_it_forgets_strength_after_five_minutes(box, browser):
    page = browser.sign_in("max", acr_values=SCA)
    sid = claims(browser.tokens(browser.send(page, "code", code=box.phone_code("max")))["id_token"])
    old = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - 301))
    box.rows("update auth_service_session set code_at = ? where sid = ?", old, sid["sid"])
    assert claims(browser.tokens(browser.ask())["id_token"])["acr"] == CA
    assert heading(browser.ask(acr_values=SCA)) == CODE_PAGE
    assert returned(browser.ask(acr_values=SCA, prompt="none"))["error"] == "interaction_required"


def test_it_wants_the_password_again_when_it_is_hours_old(box, browser):
    told = claims(browser.tokens(browser.sign_in("nia"))["id_token"])
    old = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - 5 * 3600))
    box.rows("update auth_service_session set password_at = ? where sid = ?", old, told["sid"])
    assert heading(browser.ask(acr_values=SCA)) == "Sign in to Selfcare"


def test_it_honours_max_age(box, browser):
    told = claims(browser.tokens(browser.sign_in("ole"))["id_token"])
    old = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - 100))
    box.rows("update auth_service_session set password_at = ? where sid = ?", old, told["sid"])
    assert "code" in returned(browser.ask(max_age="200"))
    assert heading(browser.ask(max_age="50")) == "Sign in to Selfcare"


def test_it_fills_in_the_hinted_address(browser):
    (field,) = html.fromstring(browser.ask(login_hint="pia@example.com").text).xpath(
        "//input[@name='email']"
    )
    assert field.get("value") == "pia@example.com"


@pytest.mark.parametrize("hint", ["quin@example.com", "usr_quin"])
def test_it_does_not_answer_for_somebody_else_than_hinted(browser, hint):
    browser.sign_in("pia")
    assert returned(browser.ask(prompt="none", login_hint=hint))["error"] == "login_required"
    assert heading(browser.ask(login_hint=hint)) == "Sign in to Selfcare"
    back = browser.sign_in("quin", login_hint=hint)
    assert claims(browser.tokens(back)["id_token"])["sub"] == "usr_quin"


def test_it_checks_the_hinted_token_when_it_must_stay_silent(box, browser):
    other = Browser(box)
    token = other.tokens(other.sign_in("rex"))["id_token"]
    other.close()
    browser.sign_in("pia")
    assert returned(browser.ask(prompt="none", id_token_hint=token))["error"] == "login_required"


def test_it_lets_somebody_else_sign_in_instead(box, browser):
    browser.sign_in("sue")
    page = browser.ask(acr_values=SCA)
    (link,) = html.fromstring(page.text).xpath("//a[.='Not you?']/@href")
    page = browser.get(page.url + link)
    page = browser.send(page, "password", email="tom@example.com", password="sandbox")
    assert heading(page) == CODE_PAGE
    assert "tom@example.com" in page.text
    back = browser.send(page, "code", code=box.phone_code("tom"))
    assert claims(browser.tokens(back)["id_token"])["sub"] == "usr_tom"


def test_it_lets_the_person_go_back_without_proof(browser):
    browser.sign_in("uwe")
    answer = returned(browser.send(browser.ask(acr_values=SCA), "leave"))
    assert answer["error"] == "access_denied"
    assert answer["state"] == "a state & more"


def test_it_finishes_a_request_once(browser):
    page = browser.ask()
    sent = {"email": "vic@example.com", "password": "sandbox"}
    assert "code" in returned(browser.send(page, "password", **sent))
    over = browser.get(page.url)
    assert over.status_code == 410
    assert heading(over) == "This sign-in is over"


def test_it_answers_an_invented_request_with_a_page(box, browser):
    for handle in ("never-was", "x" * 3_000, "%00"):
        assert browser.get(f"{box.url}/sign-in/{handle}/").status_code == 410


def test_it_takes_no_form_from_another_site(browser):
    page = browser.ask()
    sent = {"step": "password", "email": "alice@example.com", "password": "sandbox"}
    answer = browser.http.post(page.url, data=sent, allow_redirects=False, timeout=10)
    assert answer.status_code == 403
    assert heading(answer) == "This page has expired"


def test_it_serves_pages_under_a_strict_policy(box, browser):
    page = browser.ask()
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {box.selfcare}" in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert not html.fromstring(page.text).xpath("//script | //style | //@style | //@onclick")


def test_a_sign_in_is_told_as_an_event_once(box, browser):
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    browser.http.headers["User-Agent"] = agent
    sid = claims(browser.tokens(browser.sign_in("dora"))["id_token"])["sid"]
    browser.tokens(browser.ask())
    sql = "select type, version, data from events_event where object_id = ?"
    ((type_, version, data),) = box.rows(sql, sid)
    assert (type_, version) == ("session.started", 1)
    told = json.loads(data)
    assert (told["browser"], told["acr"]) == ("Firefox on Linux", CA)
    assert told["subject"]
