/// The lines of FAULTS under “A hostile or broken IMAP server”, “STARTTLS” and “What we send”, and the tests that meet
/// them: by target, file and function. `FaultListTests` looks that they are there.
enum FaultList {
    struct Line {
        var fault: String
        var tests: [String]

        init(_ fault: String, _ tests: String...) {
            self.fault = fault
            self.tests = tests
        }
    }

    // MARK: A hostile or broken IMAP server

    static let server: [Line] = [
        Line(
            "a line without literal: 64 KiB or 8 KiB", "IMAPSyntaxTests/LimitTests/aLineMayBeAsLongAsTheLimit",
            "IMAPSyntaxTests/LimitTests/responsesLongByNatureMayBeLonger",
            "IMAPSyntaxTests/LimitTests/aLineThatNeverEndsIsGivenUpEarly",
            "HostileServerTests/LimitTests/anAnswerPastALimitCostsItsConnectionAndNobodyElse"),
        Line(
            "a literal outside bodies: 256 KiB", "IMAPSyntaxTests/LimitTests/literalsOutsideBodiesHaveALimitTogether",
            "HostileServerTests/LimitTests/anAnswerPastALimitCostsItsConnectionAndNobodyElse"),
        Line(
            "a body literal: 64 MiB, then the message is left by name",
            "IMAPSyntaxTests/LimitTests/aBodyPastItsLimitNamesTheMessage",
            "DaemonTests/ReadingTroubleTests/aMessageThatCannotBeReadIsLeftAloneInTheEnd",
            "HostileServerTests/LimitTests/oneMessageThatCannotBeReadKeepsNoOtherFromBeingFiled"),
        Line(
            "nesting of parentheses: 64", "IMAPSyntaxTests/LimitTests/parenthesesNestUpToTheLimit",
            "HostileServerTests/LimitTests/anAnswerPastALimitCostsItsConnectionAndNobodyElse"),
        Line(
            "untagged responses in one command or while idling",
            "IMAPSessionTests/SessionMachineTests/aFloodOfResponsesEndsTheConnection",
            "IMAPSessionTests/SessionMachineTests/messagesThatWereAskedForAreCountedApart",
            "IMAPSessionTests/ConnectionHandlerTests/anAnswerThatNeverEndsIsGivenUp",
            "MailboxWatchTests/FalseAlarmTests/pausesDoubleToHalfAMinute",
            "HostileServerTests/LimitTests/anAnswerPastALimitCostsItsConnectionAndNobodyElse",
            "HostileServerTests/WakeUpTests/falseAlarmsAreLookedAtMoreAndMoreSlowly"),
        Line(
            "UID sets: intervals only", "MailModelTests/UIDSetTests/everythingCostsOneInterval",
            "IMAPSyntaxTests/NameTests/setsAreCountedWithoutBeingExpanded",
            "IMAPSessionTests/SessionMachineTests/whatVanishedIsKeptInFewIntervalsHoweverMuchIsSaid",
            "HostileServerTests/LimitTests/aFloodOfVanishedMessagesIsTakenInLinearTime"),
        Line(
            "MIME nesting and parts, headers, addresses, parameters", "MIMEParsingTests/LimitTests/nestingIsNoted",
            "MIMEParsingTests/LimitTests/partsAreNoted", "MIMEParsingTests/LimitTests/headersAreNoted",
            "MIMEParsingTests/LimitTests/parametersAndAddressesAreNoted",
            "MIMEParsingTests/RobustnessTests/muchOfAnythingInAHeaderIsLinear"),
        Line("COMPRESS is not negotiated", "HostileServerTests/SpeechTests/anHonestServerIsServed"),
        Line(
            "nothing is allocated ahead of a literal, and reading one is linear",
            "IMAPSyntaxTests/LimitTests/nothingIsAllocatedAheadOfALiteral",
            "IMAPSyntaxTests/LimitTests/aLiteralOfSingleBytesIsLinear",
            "IMAPSyntaxTests/LimitTests/aBodyOfSingleBytesIsLinear"),
        Line(
            "UIDVALIDITY change", "ActionExecutorTests/RenumberingTests/aPlanGoesOnWithItsMessage",
            "IMAPSessionTests/SessionMachineTests/aFolderThatIsRenumberedWhileItIsSelectedIsSelectedAnew",
            "HostileServerTests/StateTests/aFolderThatIsRenumberedUnderTheWatchLosesAndDoublesNothing"),
        Line(
            "UIDNEXT going backwards", "MailboxWatchTests/WatchPolicyTests/aUIDNEXTThatFellNeverTakesUsBack",
            "ActionJournalTests/JournalFactTests/whatWasKnownByVoidUIDsIsKeptUnderANumberThatNoServerHas",
            "HostileServerTests/StateTests/aNextUIDThatFallsIsSaidAndNothingIsDecidedAgain",
            "HostileServerTests/StateTests/aNextUIDThatFellForGoodIsARenumbering"),
        Line(
            "EXPUNGE during FETCH", "MailboxWatchTests/MirrorLookTests/aMessageExpungedWhileItIsFetchedIsGone",
            "HostileServerTests/SpeechTests/noiseKeepsNothingFromBeingFiledOnce"),
        Line("unsolicited FETCH anywhere", "HostileServerTests/SpeechTests/noiseKeepsNothingFromBeingFiledOnce"),
        Line(
            "duplicate UIDs", "MailboxWatchTests/MirrorLookTests/theSameLineThreeTimesIsOneChange",
            "HostileServerTests/SpeechTests/noiseKeepsNothingFromBeingFiledOnce"),
        Line(
            "OK without data", "ActionExecutorTests/OddServerTests/anOKThatDidNothingIsNotBelieved",
            "HostileServerTests/StateTests/anOKWithoutItsDataIsGoneOnFromOrNamed"),
        Line(
            "BYE anywhere", "IMAPSessionTests/SessionMachineTests/aByeIsTheReasonWhereverItCame",
            "IMAPSessionTests/SessionMachineTests/aGoodbyeWhileNothingIsDueEndsTheConnection",
            "HostileServerTests/SpeechTests/aGoodbyeAnywhereIsComeBackFrom"),
        Line(
            "COPYUID missing, malformed or with *", "IMAPSyntaxTests/NameTests/whatDoesNotFitIsNotPaired",
            "ActionExecutorTests/OddServerTests/twinsAreBothFiled",
            "HostileServerTests/StateTests/aCOPYUIDThatCannotBeIsNotBelieved"),
        Line(
            "VANISHED 1:* while the messages exist",
            "MailboxWatchTests/MirrorLookTests/everythingVanishedWhileItIsThereIsNotBelieved",
            "HostileServerTests/StateTests/changesAreToldOnceWhateverTheModSequences"),
        Line(
            "FETCH for a UID never asked for", "HostileServerTests/SpeechTests/noiseKeepsNothingFromBeingFiledOnce"),
        Line(
            "mod-sequence 0 or falling",
            "MailboxWatchTests/ChangeStrategyTests/modSequencesThatFellAreNotThoseWeRemember",
            "HostileServerTests/StateTests/changesAreToldOnceWhateverTheModSequences"),
        Line("ENABLE without ENABLED", "HostileServerTests/StateTests/changesAreToldOnceWhateverTheModSequences"),
        Line("a mangled CAPABILITY", "HostileServerTests/StateTests/aMangledCapabilityCostsAbilitiesAndNoMail"),
        Line(
            "untagged data before IDLE's +", "HostileServerTests/WakeUpTests/oneWordOfNewMailIsEnough"),
        Line("a tagged OK without text", "HostileServerTests/SpeechTests/noiseKeepsNothingFromBeingFiledOnce"),
        Line(
            "tagged replies nobody waits for",
            "IMAPSessionTests/SessionMachineTests/strayTaggedRepliesAreBorneUpToALimit",
            "HostileServerTests/SpeechTests/tooManyRepliesThatNobodyWaitsForEndTheConnection"),
        Line(
            "answers that drip", "IMAPSessionTests/ConnectionHandlerTests/anAnswerThatDripsIsGivenUp",
            "IMAPSessionTests/ConnectionHandlerTests/aBigMessageOverASlowLinkComesThrough",
            "SMTPClientTests/SubmissionHandlerTests/aReplyThatDripsRunsIntoItsDeadline",
            "HostileServerTests/SpeechTests/anAnswerThatDripsCostsItsConnectionAndNobodyElse"),
        Line(
            "hostile folder names", "IMAPSessionTests/MailboxLayoutTests/whatPeopleCannotWriteHasNoName",
            "HostileServerTests/StateTests/hostileFolderNamesReachNoCommandAndNoTerminal"),
    ]

    // MARK: STARTTLS

    static let startTLS: [Line] = [
        Line(
            "1. implicit TLS is the default",
            "AccountsTests/ConfigurationLoadTests/portAndSecurityFillEachOtherIn"),
        Line(
            "2. not offered, refused, or answered by nonsense",
            "IMAPSessionTests/SignInTests/startTLSThatIsNotOfferedIsAnErrorAndNothingIsSent",
            "IMAPSessionTests/SignInTests/startTLSThatIsRefusedIsAnError",
            "HostileServerTests/StartTLSTests/noCredentialGoesOutInTheClear"),
        Line(
            "3. PREAUTH on a plaintext connection",
            "IMAPSessionTests/StartTLSTests/preauthenticationBeforeTLSIsRefused",
            "HostileServerTests/StartTLSTests/noCredentialGoesOutInTheClear"),
        Line(
            "4. a byte behind the OK", "IMAPSessionTests/ConnectionHandlerTests/aByteBehindTheOKIsRefused",
            "IMAPSessionTests/ConnectionHandlerTests/halfALineBehindTheOKIsRefused",
            "HostileServerTests/StartTLSTests/noCredentialGoesOutInTheClear"),
        Line(
            "5. a tagged OK before the command",
            "IMAPSessionTests/StartTLSTests/anAnswerToACommandThatWasNotSentIsRefused",
            "HostileServerTests/StartTLSTests/noCredentialGoesOutInTheClear"),
        Line(
            "6. everything from before TLS is forgotten",
            "IMAPSessionTests/StartTLSTests/nothingHeardBeforeTLSCountsAfterIt"),
        Line(
            "7. no text from before TLS is shown, no referral followed",
            "HostileServerTests/StartTLSTests/noCredentialGoesOutInTheClear"),
        Line(
            "8. CAPABILITY again after TLS and login",
            "IMAPSessionTests/SignInTests/capabilitiesAreAskedAgainAfterTLSAndAfterLogin"),
        Line(
            "9. names are checked, with SNI", "TLSChannelTests/HandshakeTests/otherNamesAreRefused",
            "TLSChannelTests/HandshakeTests/aHostNameIsSentAndAnAddressIsNot"),
        Line(
            "10. the same for SMTP, with wrong codes at every step",
            "SMTPClientTests/HostileServerTests/aWrongCodeAtAnyStepHasANamedOutcome",
            "SMTPClientTests/HostileServerTests/noOrderOfEventsBreaksAPromise",
            "SMTPClientTests/SubmissionHandlerTests/bytesBehindTheAnswerToStartTLSAreAnError",
            "SMTPClientTests/SubmissionHandlerTests/anAnswerInAdvanceIsAnErrorBeforeTLS",
            "HostileServerTests/SubmissionTests/noCredentialGoesOutBeforeTLS",
            "HostileServerTests/SubmissionTests/whateverTheServerSaysMailIsFiledAndTheFaultNamed"),
    ]

    // MARK: What we send

    static let sent: [Line] = [
        Line(
            "mailbox names and keywords", "IMAPSyntaxTests/CommandEncoderTests/lineEndsAndNULAreRefusedEverywhere",
            "IMAPSyntaxTests/CommandEncoderTests/whatDoesNotFitTheGrammarIsRefused",
            "MailModelTests/NameTests/mailboxNamesThatCannotBe", "MailModelTests/NameTests/flagsThatCannotBe"),
        Line(
            "SMTP envelope", "MailModelTests/NameTests/addressesThatCannotStandInAnEnvelope",
            "MailModelTests/NameTests/onlyASCIIGoesWithoutSMTPUTF8"),
        Line(
            "message data: bare CR and LF, leading dots, one end",
            "SMTPClientTests/MessageDataEncoderTests/randomBytesComeBackAndNothingLooksLikeTheEnd",
            "HostileServerTests/SubmissionTests/nothingInAMessageEndsItOnTheWire"),
        Line(
            "reply obeys RFC 3834", "ActionExecutorTests/ReplyMannersTests/whatNoPersonWroteGetsNone",
            "IntegrationTests/SendingOnTests/A reply goes to whoever wrote in person"),
        Line(
            "loops of forward and redirect", "ActionExecutorTests/LoopTests/whatCameBackIsNotSentAgain",
            "ActionExecutorTests/LoopTests/theThirdHopIsTheLast", "ActionExecutorTests/LoopTests/manyServersMeanALoop",
            "ActionExecutorTests/LoopTests/oneMessageGoesToOneTargetOnceInThirtyDays",
            "ActionExecutorTests/LoopTests/aBounceOfOurOwnIsNotSentOn",
            "ActionExecutorTests/LoopTests/pastACeilingMessagesWaitAndNoneIsDropped"),
        Line(
            "programs", "ChildProgramTests/ChildProgramTests/argumentsAreNotForAShell",
            "ChildProgramTests/ChildProgramTests/theEnvironmentIsCleanButForWhatIsGiven",
            "NotificationsTests/CommandChannelTests/theFactsArriveInTheEnvironmentAndTheBodyOnStandardInput"),
        Line(
            "webhooks", "HTTPRequestTests/HTTPExchangeTests/anyStatusIsAnAnswerAndRedirectsAreNotFollowed",
            "HTTPRequestTests/HTTPURLTests/headerFieldsThatCannotBeSentAreRefused"),
        Line(
            "secrets", "MailModelTests/NameTests/aSecretIsNeverPrinted",
            "SMTPClientTests/SubmissionHandlerTests/thePasswordIsInNoErrorAndNoDescription",
            "IMAPSyntaxTests/CommandEncoderTests/nothingPrintsASecretOrAUser",
            "IntegrationTests/ForwardTests/The password is in no log, journal, spool or process list"),
        Line(
            "control characters on terminals", "IntegrationTests/TrialTests/test tells what differs and why",
            "SMTPClientTests/ReplyParserTests/textsArePrintable"),
    ]
}
