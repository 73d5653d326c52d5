/// What people come from, and what each of them offers.
enum OtherProgram: String, CaseIterable {
    case imapfilter, sieve, gmail, apple, icloud

    var conditionsAndActions: [String] {
        let text =
            switch self {
            case .imapfilter: Self.imapfilterOffers
            case .sieve: Self.sieveOffers
            case .gmail: Self.gmailOffers
            case .apple: Self.appleOffers
            case .icloud: Self.icloudOffers
            }
        return text.split(whereSeparator: \.isNewline).flatMap { $0.split(separator: ", ") }.map(String.init)
    }

    /// imapfilter_config(5), 2.8.
    private static let imapfilterOffers = """
        list_all, list_subscribed, create_mailbox, delete_mailbox, rename_mailbox, subscribe_mailbox
        unsubscribe_mailbox, check_status, enter_idle, select_all, is_answered, is_deleted, is_draft
        is_flagged, is_new, is_old, is_recent, is_seen, is_unanswered, is_undeleted, is_undraft
        is_unflagged, is_unseen, has_keyword, has_unkeyword, is_larger, is_smaller, is_newer, is_older
        arrived_before, arrived_on, arrived_since, sent_before, sent_on, sent_since, contain_bcc
        contain_cc, contain_from, contain_subject, contain_to, contain_field, contain_body, contain_message
        match_bcc, match_cc, match_from, match_subject, match_to, match_field, match_header, match_body
        match_message, send_query, delete_messages, copy_messages, move_messages, mark_answered
        mark_deleted, mark_draft, mark_flagged, mark_seen, unmark_answered, unmark_deleted, unmark_draft
        unmark_flagged, unmark_seen, add_flags, remove_flags, replace_flags, fetch_message, fetch_header
        fetch_body, fetch_field, fetch_part, fetch_flags, fetch_date, fetch_size, fetch_structure
        append_message, form_date, get_password, pipe_to, pipe_from, regex_search, become_daemon, recover
        sleep, cache, certificates, charset, close, create, crammd5, expunge, hostnames, info, keepalive
        limit, namespace, persist, range, reenter, starttls, subscribe, timeout, wakeonany, oauth2
        """

    /// RFC 5228, and the extensions that IANA lists.
    private static let sieveOffers = """
        address, allof, anyof, envelope, exists, false, header, not, size :over, true, :is, :contains
        :matches, i;octet, i;ascii-casemap, i;ascii-numeric, i;unicode-casemap, :localpart, :domain, :all
        keep, fileinto, redirect, discard, stop, require, elsif, encoded-character, copy, body, date
        currentdate, index, relational, :count, :regex, subaddress, variables, vacation, vacation-seconds
        reject, ereject, enotify, editheader, include, duplicate, mailbox, mailboxexists, metadata
        servermetadata, mailboxid, special-use, imap4flags, hasflag, imapsieve, spamtest, spamtestplus
        virustest, environment, ihave, extlists, foreverypart, mime, extracttext, replace, enclose, convert
        fcc, envelope-dsn, envelope-deliverby, redirect-dsn, redirect-deliverby, processcalendar
        vnd.dovecot.pipe, vnd.dovecot.filter, vnd.dovecot.execute, snooze
        """

    /// The search operators that filters take, and what filters do.
    private static let gmailOffers = """
        from:, to:, cc:, bcc:, subject:, OR, AND, {a b}, ( ), -film, AROUND, label:, has:attachment
        has:drive, has:document, has:spreadsheet, has:presentation, has:youtube, list:, filename:, +unicorn
        in:inbox, in:anywhere, in:spam, is:important, is:starred, is:unread, is:read, is:snoozed, is:muted
        has:yellow-star, after:, before:, older:, newer:, older_than:, newer_than:, in:chats, deliveredto:
        category:, size:, larger:, smaller:, rfc822msgid:, has:userlabels, has:nouserlabels, Has the words
        Doesn't have, Skip the Inbox, Mark as read, Star it, Apply the label, Forward it to, Delete it
        Never send it to Spam, Always mark it as important, Never mark it as important, Categorise as
        Send template, matching conversations
        """

    /// The menus of Mail on macOS.
    private static let appleOffers = """
        any of the following, all of the following, contains, does not contain, begins with, ends with
        is equal to, From, To, Cc, Any Recipient, Subject, any other header, Message Content, Message Type
        Date Sent, Date Received, Account, Sender is in my Contacts, Sender is not in my Contacts
        Sender is in my Previous Recipients, Sender is not in my Previous Recipients, Sender is VIP
        Sender is member of group, Sender is not member of group, Message is Junk Mail, Message is Signed
        Message is Encrypted, Priority is High, Priority is Normal, Priority is Low, Any Attachment Name
        Attachment Type, Message has attachments, Every Message, Move Message, Copy Message
        Set Colour of Message, Play Sound, Bounce Icon, Send Notification, Reply to Message
        Forward Message, Redirect Message, Delete Message, Mark as Read, Mark as Flagged, Run AppleScript
        Stop Evaluating Rules
        """

    /// The menus of Mail on iCloud.com.
    private static let icloudOffers = """
        is from, is addressed to, is CC'd to, is addressed or CC'd to, subject contains, Move to Folder
        Move to Trash, Forward to, Mark as read
        """
}
