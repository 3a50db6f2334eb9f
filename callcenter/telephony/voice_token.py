"""Access token of an agent's browser: signed by the API key, outgoing to our app only."""

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from callcenter.settings import Settings

TTL_SECONDS = 3600


def voice_token(settings: Settings, identity: str) -> str:
    token = AccessToken(
        settings.twilio_account_sid,
        settings.twilio_api_key,
        settings.twilio_api_secret,
        identity=identity,
        ttl=TTL_SECONDS,
    )
    token.add_grant(VoiceGrant(outgoing_application_sid=settings.twilio_twiml_app_sid, incoming_allow=False))
    return str(token.to_jwt())
