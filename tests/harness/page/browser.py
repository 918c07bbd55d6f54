"""A headless Chromium, driven over its DevTools pipe with nothing but the standard library.

Every request, message on the console and exception of a page is kept, so that a test can demand that there
were none.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

START_S = 60  # a browser that has not answered by then is not slow, but stuck


class Browser:
    def __init__(self, program):
        self.profile = tempfile.mkdtemp(prefix="pollbench-chromium-")
        to_read, self.to_write = os.pipe()
        self.from_read, from_write = os.pipe()
        arguments = [program, "--headless", "--remote-debugging-pipe", f"--user-data-dir={self.profile}",
                     "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium refuses root with it
        # The browser reads commands from descriptor 3 and writes answers to 4.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec 5<&{to_read} 6>&{from_write}; exec "$@" 3<&5 4>&6 5<&- 6>&-', "sh", *arguments],
            pass_fds=(to_read, from_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.number = 0
        self.buffer = b""
        self.requests, self.complaints, self.loaded = [], [], False
        try:
            self.session = None
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in "Page", "Runtime", "Network", "Log":
                self.call(domain + ".enable")
        except BaseException:
            self.close()
            raise

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except (OSError, EOFError, TimeoutError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.to_write)
        os.close(self.from_read)
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def receive(self):
        """The next message: an answer or an event."""
        deadline = time.monotonic() + START_S
        while b"\0" not in self.buffer:
            if not select.select([self.from_read], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            got = os.read(self.from_read, 1 << 16)
            if not got:
                raise EOFError("the browser has ended")
            self.buffer += got
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def note(self, event):
        method, about = event["method"], event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(about["exceptionDetails"].get("exception", {}).get(
                "description", about["exceptionDetails"]["text"]))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(f"console.{about['type']}: {[a.get('value') for a in about['args']]}")
        elif method == "Log.entryAdded":
            self.complaints.append(about["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append("a dialog: " + about["message"])
        elif method == "Page.loadEventFired":
            self.loaded = True

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to_write, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if "method" in answer:
                self.note(answer)

    def open(self, path, width=1280, height=800, scheme="light", script=True):
        """Loads a file; what it asks for and complains of is in requests and complaints."""
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.requests.clear()
        self.complaints.clear()
        self.loaded = False
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while not self.loaded:
            event = self.receive()
            if "method" in event:
                self.note(event)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press(self, key, text=None):
        """A key as a person presses it: "Tab", "Enter", " "."""
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40, "ArrowUp": 38, "Home": 36}
        text = {"Enter": "\r", " ": " "}.get(key) if text is None else text
        down = {"type": "keyDown" if text else "rawKeyDown", "key": key, "windowsVirtualKeyCode": codes[key]}
        if text:
            down["text"] = text
        self.call("Input.dispatchKeyEvent", **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=codes[key])

    def screenshot(self, path, whole=False):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
