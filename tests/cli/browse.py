"""Uses the live page as a person would, in a headless Chromium, and says what it saw as one JSON object.

  browse.py ADDRESS [SCREENSHOT-FOLDER]

Exits with 77, and says why, where Chromium itself cannot start or dies: that says nothing of the page.
"""
import json
import shutil
import sys
import time

from selenium import webdriver
from selenium.common.exceptions import InvalidSessionIdException, SessionNotCreatedException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

options = webdriver.ChromeOptions()
for word in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,1600"):
    options.add_argument(word)
options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
NO_BROWSER = 77


def browser_died(error: WebDriverException) -> bool:
    return (isinstance(error, (SessionNotCreatedException, InvalidSessionIdException)) or
            any(words in str(error.msg) for words in ("tab crashed", "not reachable", "disconnected", "unexpectedly exited")))


try:
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
except WebDriverException as error:
    print("Chromium does not start:", error.msg)
    sys.exit(NO_BROWSER)
wait = WebDriverWait(driver, 30)
saw = {}


def script(text: str):
    return driver.execute_script("return " + text)


def picture(part: str) -> str:
    """The address of the large picture, once it is there."""
    return wait.until(lambda _: script(f"(() => {{ const i = document.querySelector('#{part} img.big'); "
                                       "return i && i.complete && i.naturalWidth > 0 ? i.src : null; })()"))


def screenshot(name: str) -> None:
    if len(sys.argv) > 2:
        driver.save_screenshot(f"{sys.argv[2]}/{name}.png")


def score() -> str:
    return script("document.querySelector('#quiz [role=status]').textContent")


def background() -> str:
    return script("getComputedStyle(document.body).backgroundColor")


def set_slider(element, value: float) -> None:
    driver.execute_script("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'));", element, value)


def reach() -> int:
    """How many images the curves reach."""
    return script("Math.max(0, ...[...document.querySelectorAll('#watch .chart')].flatMap((one) => one.chart.data.datasets[0].data.map((p) => p.x)))")


try:
    begin = time.monotonic()
    driver.get(sys.argv[1])
    wait.until(lambda _: reach() > 0)
    saw["first_charts_after"] = time.monotonic() - begin
    saw["address"] = driver.current_url
    saw["charts"] = script("document.querySelectorAll('#watch canvas').length")
    saw["grid"] = script("document.querySelector('#watch figure img').naturalWidth")
    saw["reach"] = reach()
    screenshot("watch")
    # While it trains: wait for more of them.
    try:
        WebDriverWait(driver, 20).until(lambda _: reach() > saw["reach"])
    except Exception:
        pass
    saw["reach_later"] = reach()

    driver.find_element(By.CSS_SELECTOR, "[data-tab=explore]").click()
    first = picture("explore")
    sliders = driver.find_elements(By.CSS_SELECTOR, "#explore .slider:not([hidden]) input")
    set_slider(sliders[0], 0.5)
    wait.until(lambda _: picture("explore") != first)
    second = picture("explore")
    saw["slider_changes_picture"] = first != second and "x=0.5" in second
    set_slider(sliders[-1], 2)
    wait.until(lambda _: picture("explore") != second)
    saw["direction_changes_picture"] = "d=" in picture("explore")
    sliders[0].send_keys(Keys.ARROW_RIGHT)
    wait.until(lambda _: "x=0.51" in picture("explore"))
    saw["keyboard_moves_slider"] = True
    driver.find_elements(By.CSS_SELECTOR, "#explore .thumbnails button")[4].click()
    wait.until(lambda _: "0%3A4" in picture("explore"))
    saw["chosen"] = script("document.querySelectorAll('#explore .chosen').length")
    saw["focus_stays"] = script("document.activeElement.title") == "image 0:4"
    driver.find_element(By.XPATH, "//*[@id='explore']//button[text()='keep it']").click()
    saw["kept"] = script("document.querySelectorAll('#explore figure a').length")
    screenshot("explore")

    driver.find_element(By.CSS_SELECTOR, "[data-tab=quiz]").click()
    picture("quiz")
    for key in (Keys.ARROW_LEFT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT):
        before = score()
        driver.find_element(By.TAG_NAME, "body").send_keys(key)
        wait.until(lambda _: score() != before)
        picture("quiz")
    saw["score"] = score()
    screenshot("quiz")

    driver.set_window_size(400, 900)  # a phone
    driver.find_element(By.CSS_SELECTOR, "[data-tab=explore]").click()
    picture("explore")
    saw["wider_than_a_phone"] = script("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    screenshot("phone")
    light = background()
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    saw["light_and_dark"] = [light, background()]
    # The page hears of it by an event, after its style has changed.
    saw["charts_are_dark"] = wait.until(lambda _: script(
        "document.querySelector('#watch .chart').chart.options.plugins.title.color === "
        "getComputedStyle(document.body).getPropertyValue('--text')"))
    driver.set_window_size(1200, 1600)
    driver.find_element(By.CSS_SELECTOR, "[data-tab=watch]").click()
    screenshot("dark")
    saw["trouble"] = driver.find_element(By.ID, "trouble").text
    saw["complaints"] = [one["message"] for one in driver.get_log("browser") if one["level"] in ("SEVERE", "WARNING")]
except WebDriverException as error:
    if not browser_died(error):
        raise
    print("Chromium died:", error.msg)
    sys.exit(NO_BROWSER)
finally:
    driver.quit()
print(json.dumps(saw))
