"""Verbs, attributes and nouns that Twilio knows, case-sensitive; anything else is warning 12200."""

SPEAKING = frozenset({"Say", "Play", "Pause"})
WAITING_IN_CONFERENCE = frozenset({"Play", "Say", "Pause", "Redirect"})
WAITING_IN_QUEUE = frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"})
SCREENING = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"})
MESSAGING = frozenset({"Message", "Redirect"})

VERBS: dict[str, frozenset[str]] = {
    "Say": frozenset({"voice", "language", "loop"}),
    "Play": frozenset({"loop", "digits"}),
    "Pause": frozenset({"length"}),
    "Gather": frozenset(
        {
            "action",
            "method",
            "timeout",
            "finishOnKey",
            "numDigits",
            "input",
            "language",
            "hints",
            "speechTimeout",
            "maxSpeechTime",
            "profanityFilter",
            "actionOnEmptyResult",
            "bargeIn",
            "partialResultCallback",
            "partialResultCallbackMethod",
            "enhanced",
            "speechModel",
            "debug",
        }
    ),
    "Enqueue": frozenset({"action", "method", "waitUrl", "waitUrlMethod", "workflowSid", "maxQueueSize"}),
    "Leave": frozenset(),
    "Hangup": frozenset(),
    "Reject": frozenset({"reason"}),
    "Redirect": frozenset({"method"}),
    "Dial": frozenset(
        {
            "action",
            "method",
            "timeout",
            "timeLimit",
            "callerId",
            "hangupOnStar",
            "record",
            "trim",
            "answerOnBridge",
            "ringTone",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "recordingTrack",
            "referUrl",
            "referMethod",
            "sequential",
        }
    ),
    "Record": frozenset(
        {
            "action",
            "method",
            "timeout",
            "finishOnKey",
            "maxLength",
            "playBeep",
            "trim",
            "transcribe",
            "transcribeCallback",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
        }
    ),
    "Message": frozenset({"to", "from", "action", "method", "statusCallback"}),
}

NOUNS: dict[str, frozenset[str]] = {
    "Conference": frozenset(
        {
            "muted",
            "beep",
            "startConferenceOnEnter",
            "endConferenceOnExit",
            "waitUrl",
            "waitMethod",
            "maxParticipants",
            "record",
            "region",
            "coach",
            "trim",
            "statusCallback",
            "statusCallbackMethod",
            "statusCallbackEvent",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "participantLabel",
            "jitterBufferSize",
            "eventCallbackUrl",
        }
    ),
    "Number": frozenset(
        {
            "url",
            "method",
            "sendDigits",
            "statusCallback",
            "statusCallbackMethod",
            "statusCallbackEvent",
            "byoc",
            "machineDetection",
        }
    ),
    "Client": frozenset({"url", "method", "statusCallback", "statusCallbackMethod", "statusCallbackEvent"}),
    "Identity": frozenset(),
    "Parameter": frozenset({"name", "value"}),
    "Body": frozenset(),
    "Media": frozenset(),
    "Task": frozenset({"priority", "timeout"}),
}

CHILDREN: dict[str, frozenset[str]] = {
    "Gather": SPEAKING,
    "Dial": frozenset({"Conference", "Number", "Client"}),
    "Client": frozenset({"Identity", "Parameter"}),
    "Message": frozenset({"Body", "Media"}),
    "Enqueue": frozenset({"Task"}),
    "Say": frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}),
}
