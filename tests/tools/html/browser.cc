#include "tests/tools/html/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

extern char** environ;

namespace sampler::tools {
namespace {

using nlohmann::json;

std::string FindBrowser() {
  for (const char* name :
       {"chromium-headless-shell", "chromium", "google-chrome"}) {
    for (const char* folder : {"/usr/bin/", "/usr/local/bin/"}) {
      const std::string path = absl::StrCat(folder, name);
      if (access(path.c_str(), X_OK) == 0) return path;
    }
  }
  return "";
}

// A pipe whose ends lie above the descriptors that the browser reads.
bool MakePipe(int ends[2]) {
  int low[2];
  if (pipe(low) != 0) return false;
  for (int i = 0; i < 2; ++i) {
    ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 20);
    close(low[i]);
  }
  return ends[0] >= 0 && ends[1] >= 0;
}

}  // namespace

std::unique_ptr<Browser> Browser::Start() {
  const std::string program = FindBrowser();
  if (program.empty()) return nullptr;
  auto browser = std::unique_ptr<Browser>(new Browser());
  browser->folder_ = testing::TempDir() + "browser-XXXXXX";
  int to[2];
  int from[2];
  if (mkdtemp(browser->folder_.data()) == nullptr || !MakePipe(to) ||
      !MakePipe(from)) {
    ADD_FAILURE() << "no pipes for a browser";
    return nullptr;
  }
  std::vector<std::string> arguments = {program,
                                        "--headless",
                                        "--remote-debugging-pipe",
                                        "--disable-gpu",
                                        "--disable-dev-shm-usage",
                                        "--no-first-run",
                                        "--disable-background-networking",
                                        "--disable-component-update",
                                        "--user-data-dir=" + browser->folder_};
  if (geteuid() == 0) arguments.push_back("--no-sandbox");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], 3);
  posix_spawn_file_actions_adddup2(&actions, from[1], 4);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  const int error = posix_spawn(&browser->process_, program.c_str(), &actions,
                                nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(to[0]);
  close(from[1]);
  browser->in_ = from[0];
  browser->out_ = to[1];
  if (error != 0) {
    ADD_FAILURE() << program << " does not start";
    return nullptr;
  }
  const json target =
      browser->Call("Target.createTarget", {{"url", "about:blank"}});
  const json session = browser->Call(
      "Target.attachToTarget",
      {{"targetId", target.value("targetId", "")}, {"flatten", true}});
  browser->session_ = session.value("sessionId", "");
  EXPECT_NE(browser->session_, "") << program << " does not answer";
  for (const char* domain : {"Page", "Runtime", "Log", "Network"}) {
    browser->Call(absl::StrCat(domain, ".enable"));
  }
  browser->SetWidth(1440);
  return browser;
}

Browser::~Browser() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    int status;
    waitpid(process_, &status, 0);
  }
  close(in_);
  close(out_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

json Browser::Receive() {
  while (true) {
    const std::size_t end = received_.find('\0');
    if (end != std::string::npos) {
      const std::string message = received_.substr(0, end);
      received_.erase(0, end + 1);
      return json::parse(message, nullptr, /*allow_exceptions=*/false);
    }
    pollfd ready = {in_, POLLIN, 0};
    char buffer[65536];
    ssize_t got = 0;
    if (poll(&ready, 1, 60'000) == 1) got = read(in_, buffer, sizeof(buffer));
    if (got <= 0) return json();  // Gone, or silent for a minute.
    received_.append(buffer, static_cast<std::size_t>(got));
  }
}

void Browser::Note(const json& event) {
  const std::string method = event.value("method", "");
  const json parameters = event.value("params", json::object());
  if (method == "Page.loadEventFired") {
    loaded_ = true;
  } else if (method == "Runtime.exceptionThrown" ||
             method == "Page.javascriptDialogOpening" ||
             method == "Log.entryAdded" ||
             method == "Runtime.consoleAPICalled") {
    complaints_.push_back(absl::StrCat(method, " ", parameters.dump()));
  } else if (method == "Network.requestWillBeSent") {
    const std::string url = parameters["request"]["url"];
    if (!absl::StartsWith(url, url_) && !absl::StartsWith(url, "data:")) {
      complaints_.push_back(absl::StrCat("request of ", url));
    }
  }
  if (method == "Page.javascriptDialogOpening") {
    Call("Page.handleJavaScriptDialog", {{"accept", false}});
  }
}

json Browser::Call(const std::string& method, json parameters) {
  const int id = ++calls_;
  json message = {{"id", id}, {"method", method}, {"params", parameters}};
  if (!session_.empty()) message["sessionId"] = session_;
  std::string text = message.dump();
  text.push_back('\0');
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = write(out_, text.data() + done, text.size() - done);
    if (wrote <= 0) return json();
    done += static_cast<std::size_t>(wrote);
  }
  while (true) {
    const json answer = Receive();
    if (!answer.is_object()) {
      ADD_FAILURE() << method << ": the browser does not answer";
      return json::object();
    }
    if (answer.contains("id")) {
      if (answer["id"] != id) continue;
      EXPECT_FALSE(answer.contains("error")) << method << answer.dump();
      return answer.value("result", json::object());
    }
    Note(answer);
  }
}

void Browser::WaitUntilLoaded() {
  while (!loaded_) {
    const json event = Receive();
    if (!event.is_object()) {
      ADD_FAILURE() << url_ << " does not load";
      return;
    }
    Note(event);
  }
}

void Browser::Open(const std::string& path, const std::string& fragment) {
  // By way of an empty page, so that a fragment alone loads anew too.
  loaded_ = false;
  url_ = "about:blank";
  Call("Page.navigate", {{"url", url_}});
  WaitUntilLoaded();
  loaded_ = false;
  complaints_.clear();
  url_ = "file://" + std::filesystem::absolute(path).string();
  Call("Page.navigate", {{"url", url_ + fragment}});
  WaitUntilLoaded();
}

json Browser::Evaluate(const std::string& expression) {
  const json result = Call("Runtime.evaluate", {{"expression", expression},
                                                {"returnByValue", true}});
  EXPECT_FALSE(result.contains("exceptionDetails"))
      << expression << result.dump();
  return result.contains("result") ? result["result"].value("value", json())
                                   : json();
}

void Browser::Press(const std::string& key, int code) {
  json event = {{"type", "rawKeyDown"},
                {"key", key},
                {"code", key},
                {"windowsVirtualKeyCode", code}};
  if (key == "Enter") {
    event["type"] = "keyDown";
    event["text"] = "\r";
  }
  Call("Input.dispatchKeyEvent", event);
  event["type"] = "keyUp";
  event.erase("text");
  Call("Input.dispatchKeyEvent", event);
}

void Browser::SetWidth(int width, int height) {
  Call("Emulation.setDeviceMetricsOverride", {{"width", width},
                                              {"height", height},
                                              {"deviceScaleFactor", 1},
                                              {"mobile", false}});
}

void Browser::SetMedia(const std::string& scheme, const std::string& medium) {
  Call("Emulation.setEmulatedMedia",
       {{"media", medium},
        {"features",
         {{{"name", "prefers-color-scheme"}, {"value", scheme}},
          {{"name", "prefers-reduced-motion"}, {"value", "reduce"}}}}});
}

void Browser::AllowScripts(bool allow) {
  Call("Emulation.setScriptExecutionDisabled", {{"value", !allow}});
}

}  // namespace sampler::tools
