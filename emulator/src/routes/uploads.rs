//! Pictures of users, organizations and OAuth applications. The emulator serves what was uploaded under `/images`.

use crate::api::{Call, Part, Reply, Route};
use crate::errors::ApiError;
use crate::store::Image;
use http::header;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/users/{user_id}/profile_image", set_profile_image),
    Route::new("DELETE", "/v1/users/{user_id}/profile_image", delete_profile_image),
    Route::new("PUT", "/v1/organizations/{organization_id}/logo", set_logo),
    Route::new("DELETE", "/v1/organizations/{organization_id}/logo", delete_logo),
    Route::new("PUT", "/v1/oauth_applications/{oauth_application_id}/logo", set_application_logo),
    Route::public("GET", "/images/{image_id}", image),
];

const MOST_BYTES: usize = 10 * 1024 * 1024;

/// The file of a multipart body, checked by its first bytes: names and declared types may lie.
fn read_image(call: &mut Call<'_>) -> Result<Image, ApiError> {
    let kind = call.header(&header::CONTENT_TYPE).to_owned();
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") && !call.body.is_empty() {
        return Err(ApiError::unsupported_content_type(&kind, "multipart/form-data"));
    }
    let missing = || {
        ApiError::new(400, "form_param_missing", "Image file missing", "There was no image file present in the request")
    };
    let part: &Part =
        call.parts.iter().find(|part| part.name == "file" && !part.bytes.is_empty()).ok_or_else(missing)?;
    if !part.is_file && part.content_type.is_none() {
        return Err(missing());
    }
    if part.bytes.len() > MOST_BYTES {
        return Err(ApiError::new(
            413,
            "image_too_large",
            "Image too large",
            "The image being uploaded is more than 10MB. Please choose a smaller one.",
        ));
    }
    let content_type = match part.bytes.as_ref() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => {
            return Err(ApiError::new(
                400,
                "image_type_unsupported",
                "Image type not supported",
                "Only image/jpeg, image/png, image/gif and image/webp are supported.",
            ));
        }
    };
    Ok(Image { content_type: content_type.to_owned(), bytes: part.bytes.clone() })
}

/// Keeps a new image in place of an old one; the id of the new.
fn swap(call: &mut Call<'_>, old: Option<String>, new: Option<Image>) -> Option<String> {
    if let Some(old) = old {
        call.store.images.remove(&old);
    }
    let image = new?;
    let id = call.store.ids.id("img_");
    call.store.images.insert(id.clone(), image);
    Some(id)
}

fn change_profile_image(call: &mut Call<'_>, image: Option<Image>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("user_id"), call.now);
    let old = call.store.user_mut(&id)?.image_id.take();
    let image_id = swap(call, old, image);
    let user = call.store.user_mut(&id)?;
    user.image_id = image_id;
    user.updated_at = now;
    let user = call.store.user(&id)?;
    Ok(Reply::Json(call.render().user(user)))
}

fn set_profile_image(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    call.store.user(&call.param("user_id"))?;
    let image = read_image(call)?;
    change_profile_image(call, Some(image))
}

fn delete_profile_image(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    if call.store.user(&call.param("user_id"))?.image_id.is_none() {
        return Err(ApiError::new(404, "image_not_found", "Image not found", "Image not found"));
    }
    change_profile_image(call, None)
}

fn change_logo(call: &mut Call<'_>, image: Option<Image>, with_logo: bool) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("organization_id"), call.now);
    let old = call.store.organization_mut(&id)?.image_id.take();
    let image_id = swap(call, old, image);
    let organization = call.store.organization_mut(&id)?;
    organization.image_id = image_id;
    organization.updated_at = now;
    let organization = call.store.organization(&id)?;
    let mut body = call.render().organization(organization, false, false);
    if with_logo {
        body["logo_url"] = body["image_url"].clone();
    }
    Ok(Reply::Json(body))
}

fn set_logo(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    call.store.organization_mut(&call.param("organization_id"))?;
    let image = read_image(call)?;
    check_uploader(call)?;
    change_logo(call, Some(image), true)
}

/// The user who is named as the uploader has to be there.
fn check_uploader(call: &Call<'_>) -> Result<(), ApiError> {
    if let Some(uploader) = call.parts.iter().find(|part| part.name == "uploader_user_id") {
        call.store.user(&String::from_utf8_lossy(&uploader.bytes))?;
    }
    Ok(())
}

fn delete_logo(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    if call.store.organization_mut(&call.param("organization_id"))?.image_id.is_none() {
        return Err(ApiError::new(404, "image_not_found", "Image not found", "Image not found"));
    }
    change_logo(call, None, false)
}

fn set_application_logo(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("oauth_application_id"), call.now);
    call.store.oauth_application(&id)?;
    let image = read_image(call)?;
    check_uploader(call)?;
    let old = call.store.oauth_application_mut(&id)?.image_id.take();
    let image_id = swap(call, old, Some(image));
    let application = call.store.oauth_application_mut(&id)?;
    application.image_id = image_id;
    application.updated_at = now;
    let application = call.store.oauth_application(&id)?;
    Ok(Reply::Json(call.render().oauth_application(application, false)))
}

fn image(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let image = call.store.images.get(&call.param("image_id")).ok_or_else(ApiError::resource_not_found)?;
    Ok(Reply::Raw { content_type: image.content_type.clone(), bytes: image.bytes.clone() })
}
