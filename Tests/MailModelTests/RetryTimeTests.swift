import MailModel
import Testing

@Suite struct RetryTimeTests {
    @Test(arguments: [
        ("Request is throttled. Suggested Backoff Time: 92415 milliseconds", 93),
        ("Suggested Backoff Time: 99999999999999999999999 ms", 86_400),
        ("[THROTTLED] Too many requests, please try again in 30 seconds", 30),
        ("Try again in 5 minutes.", 300), ("try again after 2h", 7_200), ("Retry after 45", 45),
        ("retry in 1 day", 86_400),
        ("wait 90s before the next login", 90), ("please wait at least 2 min", 120),
        ("4.7.0 Too many messages; TRY AGAIN IN 15 MINS", 900),
    ])
    func isReadFromWords(text: String, seconds: Int) {
        #expect(RetryTime.asked(in: text) == seconds)
    }

    @Test(arguments: [
        "Please try again later",
        "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=30)",
        "Server Unavailable. 15", "Suggested Backoff Time: soon", "", "again", "wait",
        "wait for the administrator of this system to tell you more about error 451",
    ])
    func isNotReadIntoOtherWords(text: String) {
        #expect(RetryTime.asked(in: text) == nil)
    }
}
